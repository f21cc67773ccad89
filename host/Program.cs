return Crm.Analytics.Host.Cli.CommandLine.Run(args);
