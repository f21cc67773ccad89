using Crm.Analytics.Tests.Recovery.Child;

// MODE FILE: does the mode's work on the file, tells each step on a line, and then waits to be killed (or for its input to end).
Console.WriteLine("started");
switch (args)
{
    case ["hold", var file]:
        Modes.Hold(file);
        break;
    case ["fault", var file]:
        Modes.LeaveFaultyLog(file);
        break;
    case ["work", var file]:
        Modes.Work(file);
        break;
    case ["run", var folder]:
        RunToStep.Execute(folder, int.MaxValue);
        break;
    case ["run", var folder, var step]:
        RunToStep.Execute(folder, int.Parse(step, System.Globalization.CultureInfo.InvariantCulture));
        break;
    case ["run-to", var folder, var step]:
        RunToStep.ExecuteTo(folder, step);
        break;
    case ["run-for", var folder, var milliseconds]:
        RunToStep.ExecuteFor(folder, int.Parse(milliseconds, System.Globalization.CultureInfo.InvariantCulture));
        break;
    case ["land", var folder, var pattern]:
        LandFiles.Land(folder, pattern);
        break;
    default:
        return 2;
}

return 0;
