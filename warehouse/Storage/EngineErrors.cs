using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace Crm.Analytics.Warehouse.Storage;

/// <summary>Reads the provider's exceptions.</summary>
internal static class EngineErrors
{
    // Errors found while preparing come without a type, but DuckDB's message begins with the type's name.
    private static readonly (string Prefix, EngineErrorKind Kind)[] Prefixes =
    [
        ("Parser Error", EngineErrorKind.Syntax),
        ("Syntax Error", EngineErrorKind.Syntax),
        ("Catalog Error", EngineErrorKind.Name),
        ("Binder Error", EngineErrorKind.Name),
        ("Conversion Error", EngineErrorKind.Conversion),
        ("Out of Range Error", EngineErrorKind.Conversion),
        ("Mismatch Type Error", EngineErrorKind.Conversion),
        ("Constraint Error", EngineErrorKind.Constraint),
        ("Out of Memory Error", EngineErrorKind.OutOfMemory),
        ("IO Error", EngineErrorKind.Io),
        ("Permission Error", EngineErrorKind.Permission),
        ("TransactionContext Error", EngineErrorKind.Conflict),
        ("INTERRUPT Error", EngineErrorKind.Interrupted),
        ("FATAL Error", EngineErrorKind.Fatal),
        ("INTERNAL Error", EngineErrorKind.Fatal),
    ];

    public static EngineException ToEngine(DuckDBException error) => new(error.Message, error, KindOf(error));

    public static EngineException ToEngine(string message, DuckDBErrorType type) => new(message, null, KindOf(message, type));

    public static EngineErrorKind KindOf(DuckDBException error) => KindOf(error.Message, error.ErrorType);

    private static EngineErrorKind KindOf(string message, DuckDBErrorType type)
    {
        if (IsDiskFull(message))
            return EngineErrorKind.DiskFull;

        return type switch
        {
            DuckDBErrorType.Parser or DuckDBErrorType.Syntax => EngineErrorKind.Syntax,
            DuckDBErrorType.Catalog or DuckDBErrorType.Binder => EngineErrorKind.Name,
            DuckDBErrorType.Conversion or DuckDBErrorType.OutOfRange or DuckDBErrorType.MismatchType => EngineErrorKind.Conversion,
            DuckDBErrorType.Constraint => EngineErrorKind.Constraint,
            DuckDBErrorType.OutOfMemory => EngineErrorKind.OutOfMemory,
            DuckDBErrorType.Io => EngineErrorKind.Io,
            DuckDBErrorType.Permission => EngineErrorKind.Permission,
            DuckDBErrorType.Transaction => EngineErrorKind.Conflict,
            DuckDBErrorType.Interrupt => EngineErrorKind.Interrupted,
            DuckDBErrorType.Fatal or DuckDBErrorType.Internal => EngineErrorKind.Fatal,
            _ => Array.Find(Prefixes, known => message.StartsWith(known.Prefix, StringComparison.OrdinalIgnoreCase)).Kind,
        };
    }

    /// <summary>DuckDB passes on the words of the operating system.</summary>
    public static bool IsDiskFull(string message)
        => message.Contains("No space left on device", StringComparison.OrdinalIgnoreCase)
            || message.Contains("File too large", StringComparison.OrdinalIgnoreCase)
            || message.Contains("not enough space on the disk", StringComparison.OrdinalIgnoreCase);
}
