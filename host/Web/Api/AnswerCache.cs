using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Crm.Analytics.Host.Web.Api;

/// <summary>
/// Remembers answers as bytes, by what was asked, by whom and of which data: a new version of the data makes every older answer a stranger, so nothing has to
/// be thrown away in time. Bounded in bytes; what was not asked for longest goes first. Safe for use from several threads.
/// </summary>
/// <param name="mostBytes">Bytes of answers that are remembered, with what they are remembered by: of small answers that is most of it.</param>
internal sealed class AnswerCache(long mostBytes)
{
    /// <summary>About what a place takes beside its texts and bytes: objects, and the table's share.</summary>
    private const int PlaceBytes = 250;

    private readonly ConcurrentDictionary<AnswerKey, Entry> _entries = new();
    private readonly Lock _guard = new();
    private long _bytes;
    private long _clock;

    /// <summary>The answer, if it is remembered.</summary>
    public bool TryGet(AnswerKey key, [NotNullWhen(true)] out byte[]? answer)
    {
        answer = null;
        if (!_entries.TryGetValue(key, out var entry))
        {
            return false;
        }

        entry.Asked = Interlocked.Increment(ref _clock);
        answer = entry.Answer;
        return true;
    }

    /// <summary>Remembers an answer, unless it is a large part of all that may be remembered.</summary>
    public void Add(AnswerKey key, byte[] answer)
    {
        if (answer.Length > mostBytes / 8)
        {
            return;
        }

        var bytes = answer.Length + (sizeof(char) * (key.Question.Length + key.Asker.Length + key.Data.Length)) + PlaceBytes;
        if (_entries.TryAdd(key, new(answer, bytes) { Asked = Interlocked.Increment(ref _clock) }) && Interlocked.Add(ref _bytes, bytes) > mostBytes)
        {
            Forget();
        }
    }

    private void Forget()
    {
        lock (_guard)
        {
            foreach (var (key, _) in _entries.OrderBy(e => e.Value.Asked).ToList())
            {
                if (Interlocked.Read(ref _bytes) <= mostBytes * 3 / 4)
                {
                    return;
                }

                if (_entries.TryRemove(key, out var gone))
                {
                    Interlocked.Add(ref _bytes, -gone.Bytes);
                }
            }
        }
    }

    private sealed record Entry(byte[] Answer, long Bytes)
    {
        public long Asked;
    }
}

/// <summary>What an answer is remembered by.</summary>
/// <param name="Question">The question in its plain form, and how it is written.</param>
/// <param name="Asker">What the asker may see; the same text for equal rights.</param>
/// <param name="Data">The version of the data and of the declarations.</param>
internal readonly record struct AnswerKey(string Question, string Asker, string Data);
