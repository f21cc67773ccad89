using System.Net;
using System.Net.Mail;
using System.Net.Mime;
using System.Text;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Reports.Delivery;

/// <summary>A mail with files.</summary>
/// <param name="To">Addresses.</param>
/// <param name="Copy">Addresses that get a copy.</param>
/// <param name="Subject">Subject; one line.</param>
/// <param name="Body">Text.</param>
/// <param name="Files">Paths of the files.</param>
internal sealed record Mail(IReadOnlyList<string> To, IReadOnlyList<string> Copy, string Subject, string Body, IReadOnlyList<string> Files);

/// <summary>Sends mail by the framework's SMTP client; with encryption nothing is sent before STARTTLS succeeded.</summary>
internal static class EmailDelivery
{
    private static readonly Dictionary<string, string> types = new(StringComparer.OrdinalIgnoreCase)
    {
        [".html"] = "text/html",
        [".pdf"] = "application/pdf",
        [".png"] = "image/png",
        [".svg"] = "image/svg+xml",
        [".csv"] = "text/csv",
        [".json"] = "application/json",
        [".xlsx"] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        [".parquet"] = "application/vnd.apache.parquet",
    };

    /// <summary>Content type of a file, by its ending.</summary>
    public static string TypeOf(string path) => types.GetValueOrDefault(Path.GetExtension(path), "application/octet-stream");

    /// <summary>Sends a mail.</summary>
    /// <exception cref="CrmException">The server could not be reached, or did not take it.</exception>
    public static async Task Send(Mail mail, MailSettings settings, Func<string, SourceLocation, string> resolve, CancellationToken cancellation)
    {
        using var message = new MailMessage { From = new MailAddress(settings.From), Subject = OneLine(mail.Subject), SubjectEncoding = Encoding.UTF8, Body = mail.Body, BodyEncoding = Encoding.UTF8 };
        foreach (var to in mail.To)
        {
            message.To.Add(new MailAddress(to));
        }

        foreach (var copy in mail.Copy)
        {
            message.CC.Add(new MailAddress(copy));
        }

        foreach (var file in mail.Files)
        {
            message.Attachments.Add(new Attachment(file, new ContentType(TypeOf(file)) { Name = Path.GetFileName(file) }));
        }

        using var client = new SmtpClient(settings.Server, settings.Port) { EnableSsl = settings.Encrypt, DeliveryMethod = SmtpDeliveryMethod.Network, UseDefaultCredentials = false };
        if (settings.User is { } user)
        {
            client.Credentials = new NetworkCredential(resolve(user, settings.Where), settings.Password is { } password ? resolve(password, settings.Where) : "");
        }

        try
        {
            await client.SendMailAsync(message, cancellation);
        }
        catch (SmtpException error)
        {
            throw new CrmException(
                FailureKind.Failed, $"mail was not taken ({(error.InnerException ?? error).Message.TrimEnd('.')})", FormattableString.Invariant($"{settings.Server}:{settings.Port}"),
                settings.Encrypt ? "a server that takes mail over STARTTLS" : "a server that takes mail", "Correct 'mail' in crm.yaml, or ask who runs the server", error);
        }
    }

    /// <summary>A subject of several lines would be headers of its own.</summary>
    private static string OneLine(string text) => string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
