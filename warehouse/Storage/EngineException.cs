namespace Crm.Analytics.Warehouse.Storage;

/// <summary>The families of errors that callers tell apart.</summary>
public enum EngineErrorKind
{
    /// <summary>None of the others.</summary>
    Other,

    /// <summary>The SQL does not parse.</summary>
    Syntax,

    /// <summary>A table, column or function that is not there, or types that do not go together.</summary>
    Name,

    /// <summary>A value that its target type cannot hold, or arithmetic out of range.</summary>
    Conversion,

    /// <summary>NOT NULL, CHECK, PRIMARY KEY or UNIQUE.</summary>
    Constraint,

    /// <summary>The memory limit, and no room to spill.</summary>
    OutOfMemory,

    /// <summary>No space left on a disk.</summary>
    DiskFull,

    /// <summary>Reading or writing a file.</summary>
    Io,

    /// <summary>Something the locked configuration forbids.</summary>
    Permission,

    /// <summary>Two transactions changed the same rows; the later one can be tried again.</summary>
    Conflict,

    /// <summary>The query was asked to stop.</summary>
    Interrupted,

    /// <summary>The instance is broken and has to be opened anew; what was committed is safe.</summary>
    Fatal,
}

/// <summary>An error the engine reported.</summary>
/// <param name="message">The engine's message.</param>
/// <param name="inner">The provider's exception.</param>
/// <param name="kind">Its family.</param>
public class EngineException(string message, Exception? inner = null, EngineErrorKind kind = EngineErrorKind.Other) : Exception(message, inner)
{
    /// <summary>The family of the error.</summary>
    public EngineErrorKind Kind { get; } = kind;
}
