using Crm.Analytics.Host.Jobs;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Tests.Jobs;

internal sealed class JobRunnerTests
{
    [Test]
    public void CommandsOf_AJobThatDelivers_SendsItsReportsInOneCommand()
    {
        var named = new Job("send", JobWork.Deliver, [new OptionValue(["sales_overview"], default), new OptionValue(["products"], default)], default);

        Assert.That(JobRunner.CommandsOf(named), Is.EqualTo((string[][])[["report", "deliver", "sales_overview", "products"]]));
        Assert.That(JobRunner.CommandsOf(named with { Of = [] }), Is.EqualTo((string[][])[["report", "deliver"]]));
    }
}
