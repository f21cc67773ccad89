using System.Net.Http.Headers;
using System.Text.Json;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Serving;

/// <summary>Sends a command to the process that has the warehouse open, and passes on what it says.</summary>
internal static class ForwardedCommand
{
    /// <summary>Runs the command there.</summary>
    /// <returns>Its exit code.</returns>
    /// <exception cref="CrmException">That process went away.</exception>
    public static int Run(ServedAt at, CommandRequest request, Stream output, TextWriter error, CancellationToken cancellation)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(at.Address, "v1/command"))
        {
            Content = JsonContent.Create(request, options: JsonSerializerOptions.Strict),
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", at.Token) },
        };
        try
        {
            using var answer = client.Send(message, HttpCompletionOption.ResponseHeadersRead, cancellation);
            answer.EnsureSuccessStatusCode();
            using var stream = answer.Content.ReadAsStream(cancellation);
            using var stop = cancellation.Register(stream.Dispose);
            return CommandFrames.Read(stream, (kind, content) => Pass(kind, content, output, error)) ?? throw Gone(at, null);
        }
        catch (Exception e) when (cancellation.IsCancellationRequested && e is not CrmException)
        {
            throw new OperationCanceledException(null, e, cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Gone(at, e);
        }
    }

    private static void Pass(CommandFrames.Kind kind, ReadOnlyMemory<byte> content, Stream output, TextWriter error)
    {
        if (kind == CommandFrames.Kind.Output)
        {
            output.Write(content.Span);
            output.Flush();
        }
        else
        {
            error.Write(System.Text.Encoding.UTF8.GetString(content.Span));
            error.Flush();
        }
    }

    private static CrmException Gone(ServedAt at, Exception? cause) => new(FailureKind.Busy, "the server that has the warehouse open went away before the command was done", at.Address.AbsoluteUri,
        "its whole answer", "Try again; what was published before stays as it was", cause);
}
