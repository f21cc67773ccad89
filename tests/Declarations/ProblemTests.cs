namespace Crm.Analytics.Tests.Declarations;

/// <summary>Every kind of mistake, with its place and what it is told.</summary>
public sealed class ProblemTests
{
    private static IEnumerable<TestCaseData> Cases => ProblemCase.ReadAll().Select(c => new TestCaseData(c).SetArgDisplayNames(c.Name));

    [TestCaseSource(nameof(Cases))]
    public void Project_WithMistakes_TellsEachAtItsPlace(ProblemCase mistake)
    {
        using var project = new TestProject();
        foreach (var (file, text) in mistake.Files)
        {
            project.Write(file, text);
        }

        Assert.That(project.Problems(), Is.EqualTo(mistake.Problems));
    }
}
