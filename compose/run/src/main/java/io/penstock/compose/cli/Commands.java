package io.penstock.compose.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** The commands that this module has, in the order of the help. */
final class Commands {

  private Commands() {}

  static List<CommandLine> of(Environment environment) {
    List<CommandLine> all = new ArrayList<>();
    all.add(new CommandLine(new UpCommand(environment)));
    all.add(
        group(
            new ConfigCommand(),
            new ConfigCommand.Init(environment),
            new ConfigCommand.Check(environment),
            new ConfigCommand.Show(environment)));
    all.addAll(requests(environment));
    all.addAll(front(environment));
    all.addAll(models(environment));
    all.addAll(operation(environment));
    all.addAll(administration(environment));
    all.add(new CommandLine(new VersionCommand(environment)));
    all.add(new CommandLine(new CompletionCommand(environment)));
    return all;
  }

  private static CommandLine group(Object group, Object... commands) {
    CommandLine line = new CommandLine(group);
    for (Object command : commands) {
      line.addSubcommand(command);
    }
    return line;
  }

  private static List<CommandLine> requests(Environment environment) {
    return List.of(
        new CommandLine(new SubmitCommand(environment)),
        new CommandLine(new StatusCommand(environment)),
        new CommandLine(new ResultsCommand(environment)),
        new CommandLine(new CancelCommand(environment)));
  }

  private static List<CommandLine> front(Environment environment) {
    return List.of(
        group(
            new BatchCommand(),
            new BatchSubmitCommand(environment),
            new BatchFollowCommand(environment),
            new BatchCommand.ListBatches(environment),
            new BatchCommand.Show(environment),
            new BatchCommand.Cancel(environment),
            new BatchDownloadCommand(environment)),
        group(
            new FilesCommand(),
            new FilesCommand.Upload(environment),
            new FilesCommand.ListFiles(environment),
            new FilesCommand.Show(environment),
            new FilesCommand.Download(environment),
            new FilesCommand.Delete(environment)),
        group(
            new KeysCommand(),
            new KeysCommand.Create(environment),
            new KeysCommand.ListKeys(environment),
            new KeysCommand.Change(environment),
            new KeysCommand.Revoke(environment)));
  }

  /** What is served, by which rules, and at what cost. */
  private static List<CommandLine> models(Environment environment) {
    return List.of(
        group(
            new ModelsCommand(),
            new ModelsCommand.ListModels(environment),
            new ModelsCommand.Apply(environment),
            new ModelsCommand.Remove(environment),
            new ModelHistoryCommand(environment),
            new ModelHistoryCommand.Rollback(environment),
            new ModelHealthCommand(environment)),
        group(
            new RoutingCommand(),
            new RoutingCommand.ListEntries(environment),
            new RoutingCommand.Apply(environment),
            new RoutingCommand.Remove(environment)),
        group(
            new RolloutCommand(),
            new RolloutStartCommand(environment),
            new RolloutCommand.Status(environment),
            new RolloutCommand.ListRollouts(environment),
            new RolloutCommand.Pause(environment),
            new RolloutCommand.Resume(environment),
            new RolloutCommand.Force(environment),
            new RolloutCommand.Rollback(environment)),
        group(
            new ExperimentCommand(),
            new ExperimentCommand.Start(environment),
            new ExperimentCommand.ListExperiments(environment),
            new ExperimentReportCommand(environment),
            new ExperimentCommand.Stop(environment),
            new ExperimentCommand.Promote(environment)),
        new CommandLine(new CostsCommand(environment)),
        new CommandLine(new BudgetsCommand(environment)),
        group(new FeedbackCommand(environment), new FeedbackExportCommand(environment)));
  }

  /** Who serves, what waits, and what could not be served. */
  private static List<CommandLine> operation(Environment environment) {
    return List.of(
        group(new WorkersCommand(environment), new WorkersCommand.Drain(environment)),
        new CommandLine(new BacklogCommand(environment)),
        group(
            new DeadLettersCommand(),
            new DeadLettersCommand.ListLetters(environment),
            new DeadLettersCommand.Show(environment),
            new DeadLettersCommand.ReplayLetters(environment),
            new DeadLettersCommand.Discard(environment)),
        EngineHelp.addedTo(new CommandLine(new WorkerCommand(environment))));
  }

  /** What whoever administers Kafka does for Penstock. */
  private static List<CommandLine> administration(Environment environment) {
    return List.of(
        group(
            new TopicsCommand(),
            new TopicsCommand.Show(environment),
            new TopicsCommand.Apply(environment)),
        group(
            new AclsCommand(),
            new AclsCommand.Show(environment),
            new AclsCommand.Apply(environment),
            new AclsCommand.Remove(environment)));
  }
}
