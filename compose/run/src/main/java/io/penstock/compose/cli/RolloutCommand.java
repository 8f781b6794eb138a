package io.penstock.compose.cli;

import io.penstock.compose.http.FrontCall;
import io.penstock.compose.http.FrontClient;
import io.penstock.schemas.policies.RolloutAction;
import io.penstock.schemas.policies.RolloutFile;
import io.penstock.schemas.routing.Rollout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code penstock rollout} and the commands below it. */
@Command(
    name = "rollout",
    description = {
      "Take a model from one variant to another without downtime: canary or blue/green.",
      "",
      "A rollout waits until the new variant has live workers, may ask it in shadow first, and then"
          + " gives it requests step by step. What breaks a gate rolls it back or pauses it."
    },
    footer = {
      "",
      "Examples:",
      "  penstock rollout start llama --from blue --to green --steps 5,25,50,100",
      "  penstock rollout status llama",
      "  penstock rollout rollback llama --reason 'wrong template'"
    })
final class RolloutCommand extends GroupCommand {

  private static final String PATH = "/admin/rollouts";

  /** A command on one model's rollout. */
  abstract static class OfModel extends OperatorResultCommand<Rollout> {

    @Parameters(paramLabel = "MODEL", description = "The model's name.")
    String model = "";

    OfModel(Environment environment) {
      super(environment);
    }

    @Override
    final int show(Rollout rollout) throws Exception {
      print(this, rollout);
      return ExitCodes.OK;
    }
  }

  /** A command that changes one model's rollout. */
  abstract static class Change extends OfModel {

    @Option(
        names = "--reason",
        paramLabel = "TEXT",
        description = "The reason. It is recorded with the change.")
    @Nullable String reason;

    private final RolloutAction action;

    Change(Environment environment, RolloutAction action) {
      super(environment);
      this.action = action;
    }

    @Override
    final Rollout ask(Cluster cluster) {
      String why = action.reason(reason);
      return RoutingCommand.write(
          this, cluster, why, (state, now) -> action.apply(state, model, why, now));
    }

    @Override
    final Rollout ask(FrontClient client) throws InterruptedException {
      return FrontDocuments.read(
          Rollout.class,
          client.object(
              FrontDocuments.change(
                  FrontDocuments.path(PATH, model) + "/" + action.label(),
                  RecordJson.MAPPER.createObjectNode(),
                  reason)));
    }
  }

  /** {@code penstock rollout status}. */
  @Command(
      name = "status",
      description = {
        "Show where a model's rollout is, and what was measured.",
        "",
        "JSON: the rollout. Exits 1 if the model has none."
      })
  static final class Status extends OfModel {

    Status(Environment environment) {
      super(environment);
    }

    @Override
    Rollout ask(Cluster cluster) {
      return known(cluster.routing().list().rollout(model));
    }

    @Override
    Rollout ask(FrontClient client) throws InterruptedException {
      return known(
          FrontDocuments.find(client, FrontDocuments.path(PATH, model))
              .map(json -> FrontDocuments.read(Rollout.class, json)));
    }

    private Rollout known(Optional<Rollout> rollout) {
      return rollout.orElseThrow(
          () -> CliException.failure("'%s' has no rollout".formatted(model)));
    }
  }

  /** {@code penstock rollout list}. */
  @Command(name = "list", description = "Show all rollouts. JSON: one for each model.")
  static final class ListRollouts extends DocumentListCommand<Rollout> {

    ListRollouts(Environment environment) {
      super(environment, Rollout.class, PATH, "no rollout");
    }

    @Override
    Listing<Rollout> listing(Instant now) {
      return Listing.ofRecords(
          RoutingCommand::json,
          Column.shown("MODEL", Rollout::name),
          Column.shown("FROM", Rollout::from),
          Column.shown("TO", Rollout::to),
          Column.shown("STATE", rollout -> rollout.state().name().toLowerCase(Locale.ROOT)),
          Column.shown("PERCENT", Rollout::percent),
          Column.shown(
              "SINCE",
              rollout ->
                  Optional.ofNullable(rollout.stateSince())
                      .map(since -> TimeText.age(Duration.between(since, now)))),
          Column.shown("REASON", Rollout::reason));
    }
  }

  /** {@code penstock rollout pause}. */
  @Command(name = "pause", description = "Hold a rollout at its present share. JSON: the rollout.")
  static final class Pause extends Change {

    Pause(Environment environment) {
      super(environment, RolloutAction.PAUSE);
    }
  }

  /** {@code penstock rollout resume}. */
  @Command(
      name = "resume",
      description = "Go on with a paused rollout; its step is measured anew. JSON: the rollout.")
  static final class Resume extends Change {

    Resume(Environment environment) {
      super(environment, RolloutAction.RESUME);
    }
  }

  /** {@code penstock rollout force}. */
  @Command(
      name = "force",
      description = {
        "Skip what a rollout waits for: workers, the evaluation, or the rest of a step.",
        "",
        "Gates hold in the next step too. JSON: the rollout."
      })
  static final class Force extends Change {

    Force(Environment environment) {
      super(environment, RolloutAction.FORCE);
    }
  }

  /** {@code penstock rollout rollback}. */
  @Command(
      name = "rollback",
      description = "Give all new requests to the old variant again. JSON: the rollout.")
  static final class Rollback extends Change {

    Rollback(Environment environment) {
      super(environment, RolloutAction.ROLLBACK);
    }
  }

  /** Starts a rollout over HTTP. */
  static Rollout start(FrontClient client, Rollout plan) throws InterruptedException {
    return FrontDocuments.read(
        Rollout.class,
        client.object(
            FrontCall.post(PATH, RolloutFile.json(plan).getBytes(StandardCharsets.UTF_8))));
  }

  /** Prints a rollout with its figures. */
  private static void print(ClusterCommand command, Rollout rollout) throws Exception {
    Console console = command.console();
    if (command.output.json) {
      console.print(RoutingCommand.json(rollout));
      return;
    }
    console.print(
        "%s: %s to %s, %s, %d%% of new requests"
            .formatted(
                rollout.name(),
                rollout.from(),
                rollout.to(),
                rollout.state().name().toLowerCase(Locale.ROOT),
                rollout.percent()));
    if (rollout.step() >= 0) {
      console.print(
          "step %d of %d".formatted(Math.max(0, rollout.step()) + 1, rollout.steps().size()));
    }
    if (rollout.reason() != null) {
      console.print("reason: " + rollout.reason());
    }
    if (!rollout.figures().isEmpty()) {
      Table table = new Table("MEASURED", "VALUE");
      new TreeMap<>(rollout.figures()).forEach((name, value) -> table.row(name, figure(value)));
      table.print(console);
    }
  }

  private static String figure(double value) {
    return value == Math.rint(value)
        ? Long.toString(Math.round(value))
        : String.format(Locale.ROOT, "%.4g", value);
  }
}
