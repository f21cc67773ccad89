namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>Reads what a map's <c>from</c> says when it is more than one stream: <c>a join b using (x)</c>, <c>a left join b on a.x = b.y</c>, and on from there.</summary>
internal static class JoinFormat
{
    /// <summary>How a join is written.</summary>
    public const string Expected = "a stream, or streams joined: orders join order_items using (order_id), orders left join payments on orders.id = payments.order_id";

    private static readonly string[] words = ["join", "left", "inner", "outer", "using", "on"];

    /// <summary>True when the text is more than a name.</summary>
    public static bool IsJoin(string from) => from.Trim().Any(char.IsWhiteSpace);

    /// <summary>Reads a join; null, with what is wrong and where, when it is none.</summary>
    public static StreamJoin? Read(string sql, SourceLocation where, out (string Found, int Offset)? fault)
    {
        var (tokens, broken) = SqlTokens.Of(sql);
        fault = broken;
        return broken is null ? new Reader(sql, tokens).Read(where, out fault) : null;
    }

    private sealed class Reader(string sql, List<SqlToken> tokens)
    {
        private readonly List<string> streams = [];
        private readonly List<int> places = [];
        private readonly List<string> shared = [];
        private (string Found, int Offset)? fault;
        private bool keepsAll;
        private int at;

        public StreamJoin? Read(SourceLocation where, out (string Found, int Offset)? found)
        {
            Stream();
            while (fault is null && at < tokens.Count)
            {
                Join();
            }

            found = fault;
            return fault is null ? new(string.Join("_join_", streams), sql, streams, places, shared, keepsAll, where) : null;
        }

        private void Join()
        {
            if (Take("left"))
            {
                keepsAll = true;
                Take("outer");
            }
            else
            {
                Take("inner");
            }

            if (!Take("join"))
            {
                Fail();
                return;
            }

            Stream();
            if (Take("using"))
            {
                Shared();
            }
            else if (Take("on"))
            {
                Condition();
            }
            else
            {
                Fail();
            }
        }

        private void Stream()
        {
            if (fault is null && at < tokens.Count && tokens[at] is { Kind: SqlTokenKind.Word } name && !Is(name, words) && !streams.Contains(name.Text))
            {
                streams.Add(name.Text);
                places.Add(name.Offset);
                at++;
                return;
            }

            Fail();
        }

        private void Shared()
        {
            var isFirst = true;
            while (fault is null && at < tokens.Count && tokens[at].Text == (isFirst ? "(" : ","))
            {
                at++;
                isFirst = false;
                if (at < tokens.Count && tokens[at].Kind is SqlTokenKind.Word or SqlTokenKind.Quoted)
                {
                    shared.Add(tokens[at++].Text);
                }
                else
                {
                    Fail();
                }
            }

            if (isFirst || at >= tokens.Count || tokens[at++].Text != ")")
            {
                at = Math.Min(at, tokens.Count);
                Fail();
            }
        }

        private void Condition()
        {
            var begin = at;
            while (at < tokens.Count && !Is(tokens[at], "join", "left", "inner", "right", "full", "cross"))
            {
                at++;
            }

            if (at == begin)
            {
                Fail();
            }
        }

        private bool Take(string word)
        {
            var isThere = fault is null && at < tokens.Count && Is(tokens[at], word);
            at += isThere ? 1 : 0;
            return isThere;
        }

        private void Fail() => fault ??= at < tokens.Count ? ($"'{tokens[at].Text}'", tokens[at].Offset) : ("an end", sql.Length);

        private static bool Is(SqlToken token, params string[] any) =>
            token.Kind == SqlTokenKind.Word && any.Contains(token.Text, StringComparer.OrdinalIgnoreCase);
    }
}
