using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Crm.Analytics.Etl;
using Crm.Analytics.Etl.Identity;
using Crm.Analytics.Etl.Privacy;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;
using ISession = Crm.Analytics.Warehouse.Storage.ISession;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm erase</c>: takes a person out of everything a project holds, for good.</summary>
internal static class EraseCommand
{
    public static Command Create()
    {
        var customer = new Option<string[]>("--customer") { Description = "Whom: the customer's number, or one of its records as SOURCE:ID; may be given several times", HelpName = "ID", DefaultValueFactory = _ => [] };
        var resume = new Option<bool>("--resume") { Description = "Finish an erasure that was broken off" };
        var yes = new Option<bool>("--yes") { Description = "Do it; without this it only shows who it is" };
        return new Command("erase", "Take a person out of warehouse, landing, history, scores, exports and logs, for good, and keep them out of later loads and restores") { customer, resume, yes }.Does((context, parsed) =>
        {
            var project = Composition.ReadProject(context.ProjectFolder);
            var names = parsed.GetValue(customer)!;
            if (names.Length == 0 && !parsed.GetValue(resume))
            {
                throw new CrmException(FailureKind.WrongUse, "nobody", "crm erase", "--customer ID, or --resume", "Say whom; `crm customer show ID` tells who that is");
            }

            if (!parsed.GetValue(yes))
            {
                return Show(context, project, names);
            }

            var outcome = Erasing.Run(project, context, names.Length == 0 ? null : (environment, list) => names.SelectMany(n => HashesOf(environment, project, list, n)));
            Write(context, outcome);
            return 0;
        });
    }

    /// <summary>What of a customer goes onto the list: the numbers of its records and its e-mail addresses that nobody else has.</summary>
    private static IEnumerable<string> HashesOf(RunEnvironment environment, Project project, SuppressionList list, string name)
    {
        var session = environment.Warehouse;
        var records = PersonErasure.RecordsOf(session, project, IdOf(session, project, name));
        if (records.Count == 0)
        {
            throw NoSuchCustomer(name);
        }

        return records.Select(list.OfRecord).Concat(PersonErasure.EmailsOf(session, project, IdOf(session, project, name)).Select(list.OfEmail));
    }

    /// <summary>A customer by what somebody calls it.</summary>
    /// <exception cref="CrmException">There is none.</exception>
    public static string IdOf(ISession session, Project project, string name) =>
        project.Catalogue.Identity is not null && IdentityTables.HaveRecords(session) ? new CustomerStory(session, project.Catalogue).Find(name)
            : PersonErasure.IsCustomer(session, project, name) ? name : throw NoSuchCustomer(name);

    private static CrmException NoSuchCustomer(string name) => new(FailureKind.WrongUse, $"no customer '{name}'", "--customer", "a customer's number, or a record as SOURCE:ID", "Correct it; nothing was erased");

    private static int Show(CommandContext context, Project project, IReadOnlyList<string> names)
    {
        using var warehouse = Composition.OpenToRead(project, context);
        using var session = warehouse.Instance.Connect();
        foreach (var name in names)
        {
            var id = IdOf(session, project, name);
            context.WriteLine($"Customer {id}: {string.Join(", ", PersonErasure.RecordsOf(session, project, id))}");
        }

        context.WriteLine("Nothing was erased. It cannot be undone: to do it, give the command again with --yes.");
        return 0;
    }

    private static void Write(CommandContext context, ErasureOutcome outcome)
    {
        var (erased, files, left) = outcome;
        if (context.Json)
        {
            context.WriteJson(json => Write(json, outcome));
            return;
        }

        var table = new TextTable(new("Table"), new("Rows gone", IsNumber: true), new("Rows without the person", IsNumber: true));
        foreach (var one in erased.Tables)
        {
            table.Add(one.Table, Number(one.Removed), Number(one.Cleaned));
        }

        table.WriteTo(context);
        context.WriteLine();
        context.WriteLine($"{Number(erased.Customers)} customers, {Number(erased.Landed)} landed records, {Number(files)} files beside. The warehouse's file was written anew.");
        context.WriteLine(left.Count == 0 ? "Nothing of them is left in any file of the project. Backups made before still hold them, encrypted; a restore leaves them out."
            : $"Something of them still stands in: {string.Join(", ", left)}. Files of sources are theirs to keep; later loads leave those persons out.");
    }

    private static void Write(Utf8JsonWriter json, ErasureOutcome outcome)
    {
        json.WriteStartObject();
        json.WriteNumber("customers", outcome.Erased.Customers);
        json.WriteNumber("landed", outcome.Erased.Landed);
        json.WriteNumber("files", outcome.Files);
        json.WriteStartArray("tables");
        foreach (var table in outcome.Erased.Tables)
        {
            json.WriteStartObject();
            json.WriteString("table", table.Table);
            json.WriteNumber("removed", table.Removed);
            json.WriteNumber("cleaned", table.Cleaned);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("left");
        foreach (var file in outcome.Left)
        {
            json.WriteStringValue(file);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
