using Crm.Analytics.Warehouse.Declarations.Shapes;
using Crm.Analytics.Warehouse.Declarations.Yaml;

namespace Crm.Analytics.Warehouse.Declarations.Reading;

/// <summary>
/// Reads contracts, dimensions, facts, cubes and the identity declaration: first all files into YAML, then each kind after those it builds on, then checks them as a whole.
/// </summary>
internal sealed class ModelReader(List<Problem> problems)
{
    private static readonly string[] kinds = ["contract", "dimension", "fact", "cubes", "identity"];

    private readonly List<DeclarationFile> files = [];

    public Model Model { get; } = new();

    /// <summary>Reads one file.</summary>
    /// <param name="file">Its path as the user knows it.</param>
    /// <param name="bytes">Its content.</param>
    /// <param name="standard">True when it comes with the program; such a file is taken to have the right shape, a test holds that.</param>
    public void Read(string file, byte[] bytes, bool standard)
    {
        var before = problems.Count;
        var root = YamlReader.Read(file, bytes, problems);
        if (root is YamlMap map && KindOf(map) is { } kind)
        {
            files.Add(new(kind, map, standard));
            if (!standard)
            {
                new ShapeCheck(problems).Check(map, ShapeOf(kind), file);
            }

            return;
        }

        Model.Unreadable.Add(Path.GetFileNameWithoutExtension(file));
        if (problems.Count == before)
        {
            var found = (root as YamlMap)?.Entries.FirstOrDefault().Key;
            problems.Add(new(found?.Where ?? root!.Where, found is null ? root!.Kind : $"a file that begins with the key {Quoted.Text(found.Text)}",
                NearestName.Expected("a declaration, whose first key is its kind", found?.Text ?? "", kinds),
                "begin the file with what it declares"));
        }
    }

    /// <summary>Makes the model of all files read; those of the project replace standard ones of the same kind and name.</summary>
    public Model Build()
    {
        Each("contract", (map, standard) => Add(Model.Contracts, "contract", map, new(ContractFormat.Build(map), map, standard), c => c.Name));
        Each("dimension", (map, standard) => Add(Model.Dimensions, "dimension", map, new(DimensionFormat.Build(map, Model), map, standard), d => d.Name));
        Each("fact", (map, standard) => Add(Model.Facts, "fact", map, new(FactFormat.Build(map, Model), map, standard), f => f.Name));
        Each("cubes", (map, standard) =>
        {
            foreach (var cube in map.MapsOf("cubes"))
            {
                Add(Model.Cubes, "cube", cube, new(CubeFormat.Build(cube, Model), cube, standard), c => c.Name);
            }
        });
        Each("identity", (map, standard) => Add(Model.Identities, "identity", map, new(IdentityFormat.Build(map), map, standard), static _ => "identity"));
        return Model;
    }

    /// <summary>Checks every declaration against the others; standard ones too, since what the project replaces may be what they build on.</summary>
    public void Check(References references)
    {
        foreach (var contract in Model.Contracts.Values)
        {
            ContractFormat.Check(contract, references);
        }

        foreach (var dimension in Model.Dimensions.Values)
        {
            DimensionCheck.Check(dimension, references);
        }

        foreach (var fact in Model.Facts.Values)
        {
            FactCheck.Check(fact, references);
        }

        foreach (var cube in Model.Cubes.Values)
        {
            CubeCheck.Check(cube, references);
        }
    }

    /// <summary>The shape of a file that begins with the key.</summary>
    public static MapShape ShapeOf(string kind) => kind switch
    {
        "contract" => ContractFormat.Shape,
        "dimension" => DimensionFormat.Shape,
        "fact" => FactFormat.Shape,
        "identity" => IdentityFormat.Shape,
        _ => CubeFormat.Shape,
    };

    private void Each(string kind, Action<YamlMap, bool> build)
    {
        foreach (var file in files)
        {
            if (file.Kind == kind)
            {
                build(file.Map, file.Standard);
            }
        }
    }

    private void Add<T>(Dictionary<string, Declared<T>> into, string kind, YamlMap map, Declared<T> declared, Func<T, string> name)
        where T : notnull
        => Model.Add(into, kind, name(declared.Value), map.Scalar(kind == "cube" ? "name" : kind), declared, problems);

    private sealed record DeclarationFile(string Kind, YamlMap Map, bool Standard);

    private static string? KindOf(YamlMap map)
    {
        foreach (var (key, _) in map.Entries)
        {
            if (kinds.Contains(key.Text))
            {
                return key.Text;
            }
        }

        return null;
    }
}
