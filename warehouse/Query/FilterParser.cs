namespace Crm.Analytics.Warehouse.Query;

/// <summary>
/// Reads filters as people type them: <c>geography.country = 'United Kingdom' and (date.year >= 2011 or sales.orders > 10)</c>.
/// Comparisons: <c>= != &lt;&gt; &lt; &lt;= &gt; &gt;=</c>, <c>in (…)</c>, <c>not in (…)</c>, <c>between a and b</c>, <c>contains</c>,
/// <c>not contains</c>, <c>starts with</c>, <c>ends with</c>, <c>is null</c>, <c>is not null</c>; <c>and</c> binds closer than <c>or</c>.
/// Values need quotes ('…' or "…") only when they hold blanks, signs or are keywords.
/// </summary>
public sealed class FilterParser
{
    private const int MostNested = 32;
    private const string Comparisons = "=, !=, <, <=, >, >=, in, not in, between, contains, not contains, starts with, ends with, is null or is not null";
    private static readonly string[] Keywords = ["and", "or", "not", "in", "is", "null", "between", "contains", "starts", "ends", "with"];
    private readonly List<FilterToken> _tokens;
    private int _at;
    private int _depth;

    private FilterParser(List<FilterToken> tokens) => _tokens = tokens;

    private FilterToken Current => _tokens[_at];

    /// <summary>The filter a text means.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="CrmException">The text is not a filter; says at which column, and what was expected.</exception>
    public static CubeFilter Parse(string text)
    {
        var parser = new FilterParser(FilterTokens.Of(text));
        var filter = parser.Or();
        return parser.Current.Kind == FilterTokenKind.End ? filter : throw parser.Unexpected("and, or, or the end", Hint(parser.Current));
    }

    private CubeFilter Or() => Joined("or", true, And);

    private CubeFilter And() => Joined("and", false, Condition);

    private CubeFilter Joined(string word, bool any, Func<CubeFilter> part)
    {
        var first = part();
        if (!Current.Is(word))
            return first;
        var parts = new List<CubeFilter> { first };
        while (Accept(word))
            parts.Add(part());
        return new FilterGroup(any, parts);
    }

    private CubeFilter Condition()
    {
        if (!Current.IsMark('('))
            return Comparison(Member());
        if (++_depth > MostNested)
            throw Unexpected($"at most {MostNested} nested parentheses", "Write it with fewer parentheses");
        _at++;
        var inside = Or();
        Expect(')');
        _depth--;
        return inside;
    }

    private string Member()
    {
        if (Current.Kind != FilterTokenKind.Word || IsKeyword(Current))
            throw Unexpected("a member such as geography.country", "Begin each condition with a member");
        return _tokens[_at++].Text;
    }

    private CubeFilter Comparison(string member)
    {
        if (Current.Kind == FilterTokenKind.Sign)
            return new MemberFilter(member, Operator(_tokens[_at++].Text), [Value()]);
        if (Accept("in"))
            return new MemberFilter(member, FilterOperator.Equals, List());
        if (Accept("contains"))
            return new MemberFilter(member, FilterOperator.Contains, [Value()]);
        if (Accept("between"))
            return Between(member);
        if (Accept("not"))
            return Negated(member);
        if (Accept("starts"))
            return With(member, FilterOperator.StartsWith);
        if (Accept("ends"))
            return With(member, FilterOperator.EndsWith);
        if (!Accept("is"))
            throw Unexpected(Comparisons, "Compare the member with something");
        var missing = !Accept("not");
        Expect("null");
        return new MemberFilter(member, missing ? FilterOperator.NotSet : FilterOperator.Set, []);
    }

    private MemberFilter Negated(string member)
    {
        if (Accept("in"))
            return new MemberFilter(member, FilterOperator.NotEquals, List());
        Expect("contains");
        return new MemberFilter(member, FilterOperator.NotContains, [Value()]);
    }

    private MemberFilter With(string member, FilterOperator place)
    {
        Expect("with");
        return new MemberFilter(member, place, [Value()]);
    }

    private FilterGroup Between(string member)
    {
        var first = Value();
        Expect("and");
        return new FilterGroup(false, [new MemberFilter(member, FilterOperator.Gte, [first]), new MemberFilter(member, FilterOperator.Lte, [Value()])]);
    }

    private List<string> List()
    {
        Expect('(');
        var values = new List<string> { Value() };
        while (Current.IsMark(','))
        {
            _at++;
            values.Add(Value());
        }

        Expect(')');
        return values;
    }

    private string Value()
    {
        if (Current.Kind != FilterTokenKind.Quoted && (Current.Kind != FilterTokenKind.Word || IsKeyword(Current)))
            throw Unexpected("a value", IsKeyword(Current) ? $"Put {Current.Shown} in quotes if it is the value" : "Write a value; one with blanks or signs in quotes");
        return _tokens[_at++].Text;
    }

    private bool Accept(string word)
    {
        if (!Current.Is(word))
            return false;
        _at++;
        return true;
    }

    private void Expect(string word)
    {
        if (!Accept(word))
            throw Unexpected($"'{word}'", Hint(Current));
    }

    private void Expect(char mark)
    {
        if (!Current.IsMark(mark))
            throw Unexpected($"'{mark}'", Hint(Current));
        _at++;
    }

    private CrmException Unexpected(string expected, string next) => FilterTokens.Wrong(Current.Column, Current.Shown, expected, next);

    private static string Hint(FilterToken token) => token.Kind is FilterTokenKind.Word or FilterTokenKind.Quoted
        ? "Put a value of several words in quotes" : "Correct the filter there";

    private static bool IsKeyword(FilterToken token) => token.Kind == FilterTokenKind.Word && Keywords.Contains(token.Text, StringComparer.OrdinalIgnoreCase);

    private static FilterOperator Operator(string sign) => sign switch
    {
        "=" => FilterOperator.Equals,
        "!=" or "<>" => FilterOperator.NotEquals,
        "<" => FilterOperator.Lt,
        "<=" => FilterOperator.Lte,
        ">" => FilterOperator.Gt,
        _ => FilterOperator.Gte,
    };
}
