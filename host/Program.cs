return args is [Crm.Analytics.Host.Parsing.ParserService.Argument, var memoryLimit] ? Crm.Analytics.Host.Parsing.ParserService.Run(memoryLimit) : Crm.Analytics.Host.Cli.CommandLine.Run(args);
