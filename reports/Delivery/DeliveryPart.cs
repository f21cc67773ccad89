using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Crm.Analytics.Reports.Content;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Reports.Output;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Reports.Delivery;

/// <summary>One recipient's part of a delivery: judged, made, sent, recorded.</summary>
internal sealed class DeliveryPart(DeliveryEnvironment environment, ReportFile report, ReportPlan plan, DeliveryPlan delivery)
{
    private const int LongestStem = 80;

    /// <summary>Makes and sends it.</summary>
    public DeliveryOutcome Send(FillOptions options, string? value, IReadOnlyList<string> addresses, CancellationToken cancellation)
    {
        var alert = value is null ? $"{report.Name}/{delivery.Name}" : $"{report.Name}/{delivery.Name}/{value}";
        var scratch = Directory.CreateTempSubdirectory("crm-delivery-");
        try
        {
            var said = "";
            if (delivery.OnlyIf is { } condition)
            {
                var (holds, why) = new ConditionCheck(new Questions(environment.Reader, options, plan, Words.Of(plan.Language), cancellation)).Judge(condition);
                if (!holds)
                {
                    environment.Log.Note(alert, told: false, environment.Clock.GetUtcNow());
                    return Outcome(value, DeliveryState.NotDue, why);
                }

                if (!condition.Again && environment.Log.IsTold(alert))
                {
                    return Outcome(value, DeliveryState.ToldAlready, $"{why}; told already, and again once it has held no more");
                }

                said = why + "; ";
            }

            var made = ReportOutput.Write(new OutputRequest(plan, environment.Reader, environment.Project.Settings, options), delivery.Formats, scratch.FullName, Stem(value), cancellation);
            var record = Record(options, value, made);
            if (made.Failed.Count > 0 || made.IsBlank)
            {
                return Failed(record, value, made.Failed.Count > 0 ? string.Join("; ", made.Failed)
                    : made.Missing.Count > 0 ? $"the report is blank: no source fills {string.Join(", ", made.Missing)}" : "the report is blank: no block of it has figures");
            }

            var (sent, failures) = SendTo(made, Resumed(record), value, addresses, cancellation);
            record = record with { Sent = [.. sent] };
            if (failures.Count > 0)
            {
                return Failed(record, value, string.Join("; ", failures));
            }

            var added = environment.Log.Add(record with { State = "delivered" }, report.Content.Span);
            if (delivery.OnlyIf is not null)
            {
                environment.Log.Note(alert, told: true, environment.Clock.GetUtcNow());
            }

            return Outcome(value, DeliveryState.Delivered, $"{said}{string.Join(", ", sent)}") with { Id = added.Id, Files = added.Files };
        }
        catch (CrmException error)
        {
            return Outcome(value, DeliveryState.Failed, environment.Redact(error.Message));
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    /// <summary>Each target for itself: one that fails keeps nothing from the others.</summary>
    private (List<string> Sent, List<string> Failures) SendTo(
        OutputResult made, IReadOnlySet<string> already, string? value, IReadOnlyList<string> addresses, CancellationToken cancellation)
    {
        var targets = new List<(string Name, Action Send)>();
        if (delivery.Folder is { } folder)
        {
            targets.Add(($"folder {folder}", () => Copy(made, Path.GetFullPath(Path.Combine(environment.Project.Folder, environment.Resolve(folder, delivery.Where))))));
        }

        if (delivery.Email is { } email)
        {
            targets.Add(($"e-mail {string.Join(", ", addresses.Concat(email.Copy))}", () => Mail(email, made, value, addresses, cancellation)));
        }

        if (delivery.Webhook is { } webhook)
        {
            targets.Add(("webhook", () => Post(webhook, made, value, cancellation)));
        }

        var (sent, failures) = (new List<string>(), new List<string>());
        foreach (var (name, send) in targets)
        {
            try
            {
                if (!already.Contains(name))
                {
                    send();
                }

                sent.Add(name);
            }
            catch (CrmException error)
            {
                failures.Add(environment.Redact($"{name}: {error.Message}"));
            }
        }

        return (sent, failures);
    }

    private static void Copy(OutputResult made, string folder)
    {
        foreach (var file in made.Files)
        {
            OutputFiles.Write(Path.Combine(folder, Path.GetFileName(file.Path)), to =>
            {
                using var from = File.OpenRead(file.Path);
                from.CopyTo(to);
            });
        }
    }

    private void Mail(EmailTarget email, OutputResult made, string? value, IReadOnlyList<string> addresses, CancellationToken cancellation)
    {
        var settings = environment.Project.Settings.Mail ?? throw new CrmException(
            FailureKind.Failed, "e-mail without a server", "crm.yaml", "'mail' with server and from", "Add it, as docs/delivery.md shows");
        var words = Words.Of(plan.Language);
        var subject = Say(email.Subject ?? (value is null ? "{title}" : "{title}: {value}"), made, value);
        var body = email.Body is { } written ? Say(written, made, value) : string.Format(CultureInfo.InvariantCulture, words.MailBody, plan.Title, made.AsOfText);
        EmailDelivery.Send(new Mail(addresses, email.Copy, subject, body, [.. made.Files.Select(f => f.Path)]), settings, environment.Resolve, cancellation).GetAwaiter().GetResult();
    }

    private void Post(WebhookTarget webhook, OutputResult made, string? value, CancellationToken cancellation)
    {
        var url = environment.Resolve(webhook.Url, delivery.Where);
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new CrmException(FailureKind.Failed, "a webhook's url that is none", delivery.Where.ToString(), "an address that begins with https:// or http://", "Correct the secret that holds it");
        }

        var body = JsonSerializer.SerializeToUtf8Bytes(new
        {
            report = plan.Name,
            title = plan.Title,
            delivery = delivery.Name,
            value,
            run = made.AsOf.Run,
            dataAsOf = made.AsOf.Newest?.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture),
            files = made.Files.Select(f => new { name = Path.GetFileName(f.Path), type = EmailDelivery.TypeOf(f.Path), rows = f.Rows, sha256 = f.Sha256, content = File.ReadAllBytes(f.Path) }),
        });
        var key = string.Join('-', plan.Name, delivery.Name, made.AsOf.Run, made.Files.FirstOrDefault()?.Sha256[..16]);
        WebhookDelivery.Post(address, webhook.Secret is { } secret ? environment.Resolve(secret, delivery.Where) : null, body, key, environment, cancellation).GetAwaiter().GetResult();
    }

    private string Say(string pattern, OutputResult made, string? value) => pattern
        .Replace("{title}", plan.Title, StringComparison.Ordinal).Replace("{value}", value ?? "", StringComparison.Ordinal)
        .Replace("{date}", made.AsOf.Newest?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "", StringComparison.Ordinal);

    /// <summary>Where the same report went already, when it was sent before and did not go everywhere: a second try does not send twice.</summary>
    private IReadOnlySet<string> Resumed(DeliveryRecord record) =>
        environment.Log.Read().LastOrDefault(r => r.Report == record.Report && r.Delivery == record.Delivery && r.Value == record.Value) is { State: "failed" } last
            && last.Run == record.Run && last.Files.Select(f => f.Name).SequenceEqual(record.Files.Select(f => f.Name)) ? last.Sent.ToHashSet() : new HashSet<string>();

    private DeliveryRecord Record(FillOptions options, string? value, OutputResult made) =>
        DeliveryRecords.Of(environment, plan, options, made) with { Delivery = delivery.Name, Value = value, By = delivery.Burst?.By };

    private DeliveryOutcome Failed(DeliveryRecord record, string? value, string why)
    {
        var added = environment.Log.Add(record with { State = "failed", Why = why }, report.Content.Span);
        return Outcome(value, DeliveryState.Failed, why) with { Id = added.Id, Files = added.Files };
    }

    private DeliveryOutcome Outcome(string? value, DeliveryState state, string said) => new(report.Name, delivery.Name, value, state, said, null, []);

    /// <summary>How files are named; a member's name may hold what names of files may not, and two that differ in nothing else must not become one file.</summary>
    private string Stem(string? value)
    {
        if (value is null)
        {
            return report.Name;
        }

        var plain = string.Concat(value.Select(c => char.IsLetterOrDigit(c) ? c : '_'));
        return plain == value && value.Length <= LongestStem ? $"{report.Name}-{plain}"
            : $"{report.Name}-{plain[..Math.Min(plain.Length, LongestStem)]}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(value)))[..8]}";
    }
}
