using System.Text.Json;
using DuckDB.NET.Data;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Crm.Analytics.Bench;

/// <summary>Servers that do nothing but one thing: what the framework can do.</summary>
internal static class BareServer
{
    /// <summary>Reads a request and answers the bytes of a file.</summary>
    public static int Run(string file)
    {
        var bytes = File.ReadAllBytes(file);
        return Serve(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.ContentType = "application/json; charset=utf-8";
            context.Response.ContentLength = bytes.Length;
            await context.Response.Body.WriteAsync(bytes);
        });
    }

    /// <summary>Runs the SQL that a request brings, as it comes, and answers its rows as JSON: ad-hoc SQL over HTTP, with nothing around it.</summary>
    public static int RunSql(string warehouse)
    {
        using var connections = new ThreadLocal<DuckDBConnection>(() =>
        {
            var connection = new DuckDBConnection($"DataSource={warehouse};ACCESS_MODE=READ_ONLY");
            connection.Open();
            return connection;
        });
        return Serve(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var sql = await reader.ReadToEndAsync();
            using var buffer = new MemoryStream();
            Rows(connections.Value!, sql, buffer);
            context.Response.ContentType = "application/json; charset=utf-8";
            context.Response.ContentLength = buffer.Length;
            await context.Response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length));
        });
    }

    private static void Rows(DuckDBConnection connection, string sql, Stream to)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var rows = command.ExecuteReader();
        using var json = new Utf8JsonWriter(to);
        json.WriteStartArray();
        while (rows.Read())
        {
            json.WriteStartObject();
            for (var i = 0; i < rows.FieldCount; i++)
            {
                json.WritePropertyName(rows.GetName(i));
                switch (rows.GetValue(i))
                {
                    case decimal number:
                        json.WriteNumberValue(number);
                        break;
                    case var other:
                        json.WriteStringValue(Convert.ToString(other, System.Globalization.CultureInfo.InvariantCulture));
                        break;
                }
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static int Serve(RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(System.Net.IPAddress.Loopback, 0));
        using var app = builder.Build();
        app.Run(answer);
        app.Start();
        Console.Error.WriteLine(app.Urls.First());
        app.WaitForShutdown();
        return 0;
    }
}
