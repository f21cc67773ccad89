using System.CommandLine;
using Crm.Analytics.Etl;
using Crm.Analytics.Etl.Connectors;
using Crm.Analytics.Etl.Connectors.Files;
using Crm.Analytics.Etl.Staging;
using Crm.Analytics.Host.Terminal;
using Crm.Analytics.Warehouse;
using Crm.Analytics.Warehouse.Declarations;

namespace Crm.Analytics.Host.Cli;

/// <summary><c>crm source new</c>: proposes the YAML of a source from what is found there.</summary>
internal static class SourceNewCommand
{
    private const long Sampled = 20_000;

    private static readonly string[] secretNames = ["connection", "password", "token", "secret", "api_key"];

    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "Name of the source, snake_case" };
        var connector = new Option<string>("--connector") { Description = "What reads it", HelpName = "KIND", DefaultValueFactory = _ => "files" };
        var path = new Option<string[]>("--path") { Description = "Files to read, relative to the project; * ? ** are wildcards; repeat for several streams", HelpName = "PATTERN", DefaultValueFactory = _ => [] };
        var connection = new Option<string?>("--connection") { Description = "Connection of a database, as ${NAME}", HelpName = "${NAME}" };
        var url = new Option<string?>("--url") { Description = "Address of an HTTP source", HelpName = "URL" };
        var options = new Option<string[]>("--option") { Description = "Any other option of the connector", HelpName = "NAME=VALUE", DefaultValueFactory = _ => [] };
        var print = new Option<bool>("--print") { Description = "Print it instead of writing the file" };
        var force = new Option<bool>("--force") { Description = "Write over a file that is there" };
        return new Command("new", "Propose a source from what is found: streams, types, keys, maps to contracts") { name, connector, path, connection, url, options, print, force }
            .Does((context, parsed) => new Proposing(
                context, parsed.GetValue(name)!, parsed.GetValue(connector)!, parsed.GetValue(path)!,
                [("connection", parsed.GetValue(connection)), ("url", parsed.GetValue(url)), .. parsed.GetValue(options)!.Select(Pair)])
                .Run(parsed.GetValue(print), parsed.GetValue(force)));
    }

    private static (string, string?) Pair(string text)
    {
        var mark = text.IndexOf('=', StringComparison.Ordinal);
        return mark > 0 ? (text[..mark], text[(mark + 1)..])
            : throw new CrmException(FailureKind.WrongUse, $"'{text}'", "--option", "NAME=VALUE", "Write the option's name, =, and its value");
    }

    private sealed class Proposing
    {
        private readonly CommandContext _context;
        private readonly string _name;
        private readonly IConnector _connector;
        private readonly Dictionary<string, string> _options;
        private readonly string[] _paths;

        public Proposing(CommandContext context, string name, string connector, string[] paths, IReadOnlyList<(string Name, string? Value)> options)
        {
            (_context, _name, _paths) = (context, name, paths);
            if (!Identifier.IsValid(name))
            {
                throw new CrmException(
                    FailureKind.WrongUse, $"'{name}' for the name of a source", "NAME", "lower-case letters, digits and _, a letter first, at most 63",
                    Identifier.Suggest(name) is { } better ? $"Write {better}" : "Choose another name");
            }

            string[] kinds = [.. StandardConnectors.All.Select(c => c.Kind)];
            _connector = StandardConnectors.All.FirstOrDefault(c => c.Kind == connector) ?? throw new CrmException(
                FailureKind.WrongUse, $"no connector '{connector}'", "--connector", NearestName.Expected("a connector", connector, kinds), "Correct it");
            _options = options.Where(o => o.Value is not null).ToDictionary(o => o.Name, o => o.Value!, StringComparer.Ordinal);
            if (paths is [var only] && _connector.Options.Source.Any(o => o.Name == "path"))
            {
                // A source that is one file, whatever streams are in it.
                _options["path"] = only;
                _paths = [];
            }

            Check();
        }

        public int Run(bool print, bool force)
        {
            var project = Composition.ReadProject(_context.ProjectFolder);
            var file = Path.Combine(project.Folder, "sources", $"{_name}.yaml");
            if (!print && !force && (File.Exists(file) || project.Sources.Any(s => s.Name == _name)))
            {
                throw new CrmException(FailureKind.WrongUse, $"source '{_name}' is there already", file, "a name of its own", "Name it otherwise, print with --print, or write over it with --force");
            }

            using var access = new SourceAccess(project, _context);
            var (yaml, streams) = Propose(project, access);
            if (print)
            {
                _context.Out.Write(yaml);
                return 0;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, yaml);
            return Tell(streams, file);
        }

        /// <summary>Options must be the connector's, and a secret is never written out.</summary>
        private void Check()
        {
            string[] known = [.. _connector.Options.Source.Concat(_connector.Options.Stream).Select(o => o.Name).Distinct()];
            foreach (var (name, value) in _options)
            {
                if (!known.Contains(name))
                {
                    throw new CrmException(
                        FailureKind.WrongUse, $"'{name}' is no option of the connector {_connector.Kind}", "--option", NearestName.Expected("one of its options", name, known), "Correct it");
                }

                if (secretNames.Any(s => name == s || name.EndsWith($"_{s}", StringComparison.Ordinal)) && !(value.StartsWith("${", StringComparison.Ordinal) && value.EndsWith('}')))
                {
                    throw new CrmException(
                        FailureKind.WrongUse, $"a secret written out for '{name}'", $"--{name}", "the name of an environment variable, as in ${NAME}",
                        "Put the value into the environment and write its name here, in single quotes");
                }
            }
        }

        private (string Yaml, IReadOnlyList<StreamProposal> Streams) Propose(Project project, SourceAccess access)
        {
            var where = new SourceLocation("the command line", 0, 0);
            var ofSource = _options.Where(o => _connector.Options.Source.Any(s => s.Name == o.Key)).ToDictionary();
            var ofStream = _options.Where(o => !ofSource.ContainsKey(o.Key)).ToDictionary();
            var source = new Source(
                _name, _connector.Kind, ofSource.ToDictionary(o => o.Key, o => new OptionValue([o.Value], where)), null, [], [], [], where);
            var found = _paths.Length > 0 ? OfPaths(project, access, source, ofStream) : Composition.ConnectorOf(project, source).Streams(access.Of(source), _context.Cancellation);
            if (found.Count == 0)
            {
                throw new CrmException(
                    FailureKind.Failed, "no stream was found", _name, _connector.Options.Stream.Any(o => o.Name == "path") ? "files: --path 'data/*.csv'" : "a source that has tables or endpoints",
                    "Say where they are");
            }

            var streams = new List<StreamProposal>();
            foreach (var one in found)
            {
                var stream = new SourceStream(one.Name, one.Options.ToDictionary(o => o.Key, o => new OptionValue(o.Value.Split('\n'), where)), one.Key, [], where);
                using var sample = access.Sample(source, stream, Sampled);
                streams.Add(SourceProposal.Of(one, StreamProfile.Of(access.Session, sample, _context.Cancellation), sample.Records, project.Catalogue));
            }

            return (ProposalYaml.Write(_name, _connector.Kind, ofSource, streams), streams);
        }

        private List<FoundStream> OfPaths(Project project, SourceAccess access, Source source, Dictionary<string, string> options)
        {
            var names = new HashSet<string>(StringComparer.Ordinal);
            return [.. _paths.SelectMany(path => Families(project, access, source, path, options) is { Count: > 1 } families
                ? families.Select(f => new FoundStream(Free(f.Name), f.Options.Concat(options).DistinctBy(o => o.Key).ToDictionary(), f.Columns, f.Key, null, f.Records))
                : [new FoundStream(Free(SourceProposal.NameOf(path)), new Dictionary<string, string> { ["path"] = path }.Concat(options).ToDictionary(), [], [], null, null)])];

            string Free(string wanted)
            {
                var name = wanted;
                for (var i = 2; !names.Add(name); i++)
                {
                    name = $"{wanted}_{i}";
                }

                return name;
            }
        }

        /// <summary>The kinds of files that a path leads to: each its columns. None where they cannot be told, which reading them then explains.</summary>
        private IReadOnlyList<FoundStream> Families(Project project, SourceAccess access, Source source, string path, Dictionary<string, string> options)
        {
            if (_connector is not FilesConnector || options.Count > 0)
            {
                return [];
            }

            try
            {
                var looked = source with { Options = new Dictionary<string, OptionValue> { ["path"] = new([path], source.Where) } };
                return Composition.ConnectorOf(project, looked).Streams(access.Of(looked), _context.Cancellation);
            }
            catch (CrmException)
            {
                return [];
            }
        }

        private int Tell(IReadOnlyList<StreamProposal> streams, string file)
        {
            var read = Composition.CheckProject(_context.ProjectFolder);
            var own = $"sources/{_name}.yaml";
            var problems = (read.Project is { } project ? Composition.CheckMaps(project, _context.Cancellation) : read.Problems).Where(p => p.Where.File == own).ToList();
            if (_context.Json)
            {
                _context.WriteJson(json =>
                {
                    json.WriteStartObject();
                    json.WriteString("file", file);
                    json.WriteStartArray("streams");
                    foreach (var stream in streams)
                    {
                        json.WriteStartObject();
                        json.WriteString("stream", stream.Name);
                        Write("contracts", stream.Maps.Select(m => m.Contract.Name));
                        Write("missing", stream.Maps.SelectMany(m => m.Missing.Select(c => $"{m.Contract.Name}.{c}")));
                        Write("unused", stream.Unused);
                        json.WriteEndObject();
                    }

                    json.WriteEndArray();
                    ErrorText.WriteProblems(json, problems);
                    json.WriteEndObject();

                    void Write(string name, IEnumerable<string> values)
                    {
                        json.WriteStartArray(name);
                        foreach (var value in values)
                        {
                            json.WriteStringValue(value);
                        }

                        json.WriteEndArray();
                    }
                });
            }
            else
            {
                _context.WriteLine($"Wrote {own}:");
                foreach (var stream in streams)
                {
                    Tell(stream);
                }

                problems.ForEach(p => _context.Error.WriteLine(p));
                _context.WriteLine(problems.Count == 0 ? "It checks. Next: look at it, then `crm run`." : "Next: correct it, then `crm check`.");
            }

            return 0;
        }

        private void Tell(StreamProposal stream)
        {
            _context.WriteLine(stream.Maps.Count == 0
                ? $"  {stream.Name}: no contract fits its columns; write a map yourself"
                : $"  {stream.Name}: {string.Join(", ", stream.Maps.Select(m => m.Contract.Name))}{(stream.BearsTheNames ? ", by their own names" : "")}");
            if (stream.Unused.Count > 0)
            {
                _context.WriteLine($"    unmapped columns: {string.Join(", ", stream.Unused)}");
            }

            foreach (var map in stream.Maps.Where(m => m.Missing.Count > 0))
            {
                _context.WriteLine($"    {map.Contract.Name} still needs: {string.Join(", ", map.Missing)}");
            }
        }
    }
}
