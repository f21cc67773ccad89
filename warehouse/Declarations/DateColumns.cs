namespace Crm.Analytics.Warehouse.Declarations;

/// <summary>The columns that the generated calendar <c>star.dim_date</c> can have; a date dimension declares which of them are its attributes.</summary>
public static class DateColumns
{
    /// <summary>
    /// Type by name. <c>week</c>, <c>month</c> and <c>quarter</c> are first days (Monday for weeks); <c>weekday</c> is 1 Monday – 7 Sunday;
    /// fiscal columns follow <see cref="ProjectSettings.FiscalYearStart"/>.
    /// </summary>
    public static IReadOnlyDictionary<string, ColumnType> Types { get; } = new Dictionary<string, ColumnType>
    {
        ["day"] = new(TypeKind.Date),
        ["week"] = new(TypeKind.Date),
        ["month"] = new(TypeKind.Date),
        ["quarter"] = new(TypeKind.Date),
        ["year"] = new(TypeKind.Integer),
        ["iso_year"] = new(TypeKind.Integer),
        ["iso_week"] = new(TypeKind.Integer),
        ["weekday"] = new(TypeKind.Integer),
        ["weekday_name"] = new(TypeKind.Text),
        ["day_of_month"] = new(TypeKind.Integer),
        ["day_of_year"] = new(TypeKind.Integer),
        ["month_of_year"] = new(TypeKind.Integer),
        ["quarter_of_year"] = new(TypeKind.Integer),
        ["fiscal_year"] = new(TypeKind.Integer),
        ["fiscal_quarter"] = new(TypeKind.Integer),
        ["fiscal_month"] = new(TypeKind.Integer),
    };
}
