namespace Crm.Analytics.Warehouse;

/// <summary>A place in a text: file, line and column, both counted from 1. Line 0 means the file as a whole.</summary>
/// <param name="File">Path as the user knows it; built-in declarations begin with <c>crm/</c>.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column, from 1.</param>
public readonly record struct SourceLocation(string File, int Line, int Column)
{
    /// <summary><c>file:line:column</c>, the form that editors make clickable.</summary>
    public override string ToString() => Line == 0 ? File : $"{File}:{Line}:{Column}";
}
