using System.CommandLine;
using System.Globalization;
using Crm.Analytics.Etl;
using Crm.Analytics.Host.Generate;
using Crm.Analytics.Host.Generate.Company;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm generate</c>: a project with operational data whose truth is known.</summary>
internal static class GenerateCommand
{
    public static Command Create()
    {
        var defaults = new GenerateOptions();
        var customers = Number("--customers", "Customer numbers", defaults.Customers);
        var orders = Number("--orders", "Orders", defaults.Orders);
        var products = Number("--products", "Products", defaults.Products);
        var days = Number("--days", "Days of data", defaults.Days);
        var seed = Number("--seed", "Equal seeds make equal files", defaults.Seed);
        var start = new Option<DateOnly>("--start") { Description = "First day", HelpName = "DATE", DefaultValueFactory = _ => defaults.Start };
        var years = new Option<int?>("--years") { Description = "A whole company over so many years, in all its source systems, instead of a shop's orders", HelpName = "Y" };
        return new Command("generate", "Make a project with generated data whose truth is known, for tests and trials") { customers, years, orders, products, days, seed, start }
            .Does((context, parsed) => parsed.GetValue(years) is { } y
                ? RunCompany(context, CompanyOf(parsed, y))
                : Run(context, defaults with
                {
                    Customers = parsed.GetValue(customers),
                    Orders = parsed.GetValue(orders),
                    Products = parsed.GetValue(products),
                    Days = parsed.GetValue(days),
                    Seed = parsed.GetValue(seed),
                    Start = parsed.GetValue(start),
                }));

        // What was not said has the company's defaults, not the shop's.
        CompanyOptions CompanyOf(ParseResult parsed, int y)
        {
            if (IsSaid(orders) || IsSaid(days))
            {
                throw new CrmException(FailureKind.WrongUse, IsSaid(orders) ? "--orders" : "--days", "crm generate", "--years without it",
                    "Leave it out: how much a company's customers buy follows from them, and how long from --years");
            }

            var company = new CompanyOptions { Years = y, Seed = parsed.GetValue(seed) };
            return company with
            {
                Customers = IsSaid(customers) ? parsed.GetValue(customers) : company.Customers,
                Products = IsSaid(products) ? parsed.GetValue(products) : company.Products,
                Start = IsSaid(start) ? parsed.GetValue(start) : company.Start,
            };

            bool IsSaid(Option option) => parsed.GetResult(option) is { Implicit: false };
        }
    }

    private static int RunCompany(CommandContext context, CompanyOptions options)
    {
        CompanySummary made;
        using (var display = ProgressDisplay.Start(context))
        {
            made = CompanyGenerator.Generate(options, FolderOf(context), new Share(display), context.Cancellation);
        }

        if (context.Json)
        {
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("project", context.ProjectFolder);
                json.WriteNumber("persons", made.Persons);
                json.WriteNumber("records", made.Records);
                json.WriteNumber("orders", made.Orders);
                json.WriteNumber("lines", made.Lines);
                json.WriteNumber("returnedLines", made.ReturnedLines);
                json.WriteNumber("brokenLines", made.BrokenLines);
                json.WriteNumber("unknownProducts", made.UnknownProducts);
                json.WriteNumber("contacts", made.Contacts);
                json.WriteNumber("cases", made.Cases);
                json.WriteNumber("opportunities", made.Opportunities);
                json.WriteEndObject();
            });
        }
        else
        {
            context.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"Made {made.Lines:N0} lines of {made.Orders:N0} orders by {made.Persons:N0} persons, whom nine systems know by {made.Records:N0} records, in {context.ProjectFolder}."));
            context.WriteLine("truth/ says what is in them. Next: `crm run` there.");
        }

        return 0;
    }

    private static int Run(CommandContext context, GenerateOptions options)
    {
        GenerateSummary made;
        using (var display = ProgressDisplay.Start(context))
        {
            made = DataGenerator.Generate(options, FolderOf(context), new Share(display), context.Cancellation);
        }

        if (context.Json)
        {
            WriteJson(context, made);
        }
        else
        {
            context.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"Made {made.Lines:N0} lines of {made.Orders:N0} orders by {made.Customers:N0} customer numbers ({made.Persons:N0} persons) in {context.ProjectFolder}; revenue {made.Revenue:N2}."));
            context.WriteLine("truth/ says what is in them. Next: `crm run` there.");
        }

        return 0;
    }

    private static string FolderOf(CommandContext context) => context.ProjectOption is not null ? context.ProjectFolder
        : throw new CrmException(FailureKind.WrongUse, "no folder", "crm generate", "a new or empty folder", "Name it with --project");

    private static void WriteJson(CommandContext context, GenerateSummary made) => context.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteString("project", context.ProjectFolder);
        json.WriteNumber("customers", made.Customers);
        json.WriteNumber("persons", made.Persons);
        json.WriteNumber("products", made.Products);
        json.WriteNumber("orders", made.Orders);
        json.WriteNumber("lines", made.Lines);
        json.WriteNumber("returnedLines", made.ReturnedLines);
        json.WriteNumber("brokenLines", made.BrokenLines);
        json.WriteNumber("unknownProducts", made.UnknownProducts);
        json.WriteNumber("revenue", made.Revenue);
        json.WriteEndObject();
    });

    private static Option<int> Number(string name, string description, int value) =>
        new(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => value };

    private sealed class Share(IProgress<RunProgress> display) : IProgress<double>
    {
        public void Report(double value) => display.Report(new RunProgress("generate", value, 0));
    }
}
