using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Crm.Analytics.Host.Serving;
using Crm.Analytics.Host.Terminal;
using Microsoft.AspNetCore.Http.Features;

namespace Crm.Analytics.Host.Web.Commands;

/// <summary>
/// Takes the commands of other processes of the same user for the warehouse that this one has open: <c>POST /v1/command</c> with the token of the run file.
/// What the command says streams back as it says it; when the caller goes away, the command is asked to stop.
/// </summary>
/// <param name="served">The warehouse.</param>
/// <param name="run">Runs a command with its ends.</param>
/// <param name="stop">The server's own end.</param>
internal sealed class CommandEndpoint(ServedWarehouse served, RunCommandLine run, CancellationToken stop) : IWebArea
{
    private const long MostBytes = 1 << 20;
    private readonly byte[] _token = RandomNumberGenerator.GetBytes(32);

    /// <inheritdoc/>
    public string Prefix => "/v1/command";

    /// <inheritdoc/>
    public bool HasOwnProof => true;

    /// <summary>What callers show.</summary>
    public string Token => Convert.ToHexStringLower(_token);

    /// <inheritdoc/>
    public async Task Answer(HttpContext context)
    {
        if (!IsLetIn(context.Request.Headers.Authorization.ToString()))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        if (!HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = "POST";
            return;
        }

        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = MostBytes;
        CommandRequest? request;
        try
        {
            request = await JsonSerializer.DeserializeAsync<CommandRequest>(context.Request.Body, JsonSerializerOptions.Strict, context.RequestAborted);
        }
        catch (JsonException)
        {
            request = null;
        }

        if (request is null)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        context.Response.ContentType = "application/octet-stream";
        context.Features.Get<IHttpBodyControlFeature>()!.AllowSynchronousIO = true;
        await context.Response.StartAsync(context.RequestAborted);
        await Task.Run(() => Run(request, context), CancellationToken.None);
    }

    private void Run(CommandRequest request, HttpContext context)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stop);
        var guard = new Lock();
        var body = context.Response.Body;
        using var output = new StandardOutput(new FrameStream(body, CommandFrames.Kind.Output, guard));
        using var error = new StreamWriter(new StandardOutput(new FrameStream(body, CommandFrames.Kind.Error, guard)), new UTF8Encoding(false)) { AutoFlush = true };
        var code = run([.. request.Arguments], output, error, end.Token, new(served, request.Folder, request.Redirected));
        if (!context.RequestAborted.IsCancellationRequested)
        {
            CommandFrames.WriteExit(body, code);
        }
    }

    private bool IsLetIn(string sent)
    {
        const string scheme = "Bearer ";
        return sent.StartsWith(scheme, StringComparison.Ordinal)
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(sent[scheme.Length..])), SHA256.HashData(Encoding.UTF8.GetBytes(Token)));
    }
}

/// <summary>Runs the command that arguments name and answers its exit code.</summary>
internal delegate int RunCommandLine(string[] arguments, Stream output, TextWriter error, CancellationToken cancellation, CommandOrigin? origin);
