using System.Globalization;
using System.Net;
using System.Text;

namespace Crm.Analytics.Host.Web.Status;

/// <summary>A page of tables that needs nothing else, no script either.</summary>
/// <param name="title">Its title.</param>
internal sealed class StatusPage(string title)
{
    private readonly StringBuilder _body = new();
    private bool _takesForms;

    /// <summary>A paragraph.</summary>
    public StatusPage Say(string text)
    {
        _body.Append(CultureInfo.InvariantCulture, $"<p>{WebUtility.HtmlEncode(text)}</p>");
        return this;
    }

    /// <summary>A heading.</summary>
    public StatusPage Head(string text)
    {
        _body.Append(CultureInfo.InvariantCulture, $"<h2>{WebUtility.HtmlEncode(text)}</h2>");
        return this;
    }

    /// <summary>A link.</summary>
    public StatusPage Link(string path, string text)
    {
        _body.Append(CultureInfo.InvariantCulture, $"<p><a href=\"{WebUtility.HtmlEncode(path)}\">{WebUtility.HtmlEncode(text)}</a></p>");
        return this;
    }

    /// <summary>Text as it stands.</summary>
    public StatusPage Verbatim(string text)
    {
        _body.Append(CultureInfo.InvariantCulture, $"<pre>{WebUtility.HtmlEncode(text)}</pre>");
        return this;
    }

    /// <summary>A table; a cell with a link is its text and its path.</summary>
    public StatusPage Table(IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<(string Text, string? Path)>> rows)
    {
        _body.Append("<table><tr>");
        foreach (var head in heads)
        {
            _body.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\">{WebUtility.HtmlEncode(head)}");
        }

        foreach (var row in rows)
        {
            _body.Append("<tr>");
            foreach (var (text, path) in row)
            {
                var shown = WebUtility.HtmlEncode(text);
                _body.Append(CultureInfo.InvariantCulture, $"<td>{(path is null ? shown : $"<a href=\"{WebUtility.HtmlEncode(path)}\">{shown}</a>")}");
            }
        }

        _body.Append("</table>");
        return this;
    }

    /// <summary>A row of buttons for one thing, whose forms this server takes.</summary>
    public StatusPage Buttons(string path, string job, string field, string word, IReadOnlyList<(string Value, string Text)> buttons)
    {
        _takesForms = true;
        _body.Append(CultureInfo.InvariantCulture, $"<form method=\"post\" action=\"{WebUtility.HtmlEncode(path)}\"><input type=\"hidden\" name=\"{field}\" value=\"{word}\">")
            .Append(CultureInfo.InvariantCulture, $"<input type=\"hidden\" name=\"job\" value=\"{WebUtility.HtmlEncode(job)}\"><strong>{WebUtility.HtmlEncode(job)}</strong>");
        foreach (var (value, text) in buttons)
        {
            _body.Append(CultureInfo.InvariantCulture, $" <button name=\"do\" value=\"{value}\">{WebUtility.HtmlEncode(text)}</button>");
        }

        _body.Append("</form>");
        return this;
    }

    /// <summary>Sends it.</summary>
    public Task Answer(HttpContext context)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action {(_takesForms ? "'self'" : "'none'")}; frame-ancestors 'none'";
        return context.Response.WriteAsync(
            $"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{WebUtility.HtmlEncode(title)}</title>" +
            "<style>body{font:1rem/1.6 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color-scheme:light dark}" +
            "table{border-collapse:collapse}td,th{text-align:left;padding:.2rem .8rem .2rem 0;border-bottom:1px solid #8884;vertical-align:top}pre{overflow:auto}</style>" +
            $"<h1>{WebUtility.HtmlEncode(title)}</h1>{_body}</html>", context.RequestAborted);
    }
}
