using System.Globalization;
using Crm.Analytics.Reports.Definitions;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using Crm.Analytics.Warehouse.Query;

namespace Crm.Analytics.Reports.Content;

/// <summary>Why a block has no rows, as far as that can be known: asked only of blocks that are empty.</summary>
internal sealed class EmptyReason(Questions questions, FillOptions options, ProjectSettings settings)
{
    /// <summary>What every model says of itself when nothing is wrong.</summary>
    private const string Sound = "ok";

    /// <summary>The block with its reason.</summary>
    /// <param name="empty">The block.</param>
    /// <param name="block">What it asks.</param>
    /// <param name="isNarrowed">True when a choice of the reader may be why.</param>
    public EmptyContent Of(EmptyContent empty, BlockPlan block, bool isNarrowed)
    {
        if (options.Catalogue is null)
        {
            return empty;
        }

        if (Contracts.Unset(block, options, settings) is { } setting)
        {
            return empty with { Unset = setting };
        }

        if (!isNarrowed && Contracts.Lacking(block, options, isUnknown: false) is { Count: > 0 } lacking)
        {
            return empty with { Missing = lacking };
        }

        return BlockQuestions.Of(block).FirstOrDefault() is { Measures: [var measure, ..] } ? empty with { Reason = Told(measure, isNarrowed) } : empty;
    }

    private string? Told(string measure, bool isNarrowed)
    {
        try
        {
            if (questions.Ask(new CubeQuery { Measures = [measure] }).Rows.Any(r => AnswerTable.Number(r.Values[0]) is not (null or 0)))
            {
                return isNarrowed ? null : questions.Words.NoneOfKind;
            }

            return Contracts.Status(measure, options) is { } status && Unsound(status) is { } said
                ? string.Format(CultureInfo.InvariantCulture, questions.Words.NotFitted, said) : null;
        }
        catch (CrmException)
        {
            // The reason is not open to who asks, or cannot be told: the block is empty all the same.
            return null;
        }
    }

    private string? Unsound(string status) => questions.Ask(new CubeQuery { Dimensions = [status], Measures = [BlockStatus(status)], Limit = 20 }).Rows
        .Select(r => r.Values[0] as string).FirstOrDefault(s => s is not null && s != Sound);

    /// <summary>The number of models that say so, which every cube of models has.</summary>
    private static string BlockStatus(string status) => BlockQuestions.Owner(status) + ".models";
}
