// The least a .NET program can do to answer the question: open the file, ask, print. `crm query` is measured against it.
using DuckDB.NET.Data;

using var connection = new DuckDBConnection("DataSource=:memory:");
connection.Open();
using var command = connection.CreateCommand();
command.CommandText = $"ATTACH '{args[0].Replace("'", "''")}' AS w (READ_ONLY); USE w";
command.ExecuteNonQuery();
command.CommandText = args[1];
using var reader = command.ExecuteReader();
while (reader.Read())
{
    for (var i = 0; i < reader.FieldCount; i++)
    {
        Console.Write(i == 0 ? "" : "\t");
        Console.Write(reader.GetValue(i));
    }

    Console.WriteLine();
}
