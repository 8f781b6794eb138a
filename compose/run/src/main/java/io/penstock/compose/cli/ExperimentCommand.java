package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.http.FrontCall;
import io.penstock.compose.http.FrontClient;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.schemas.policies.ExperimentCommands;
import io.penstock.schemas.policies.ExperimentCommands.Promotion;
import io.penstock.schemas.policies.ExperimentFile;
import io.penstock.schemas.policies.RoutingPublisher.Edit;
import io.penstock.schemas.routing.Experiment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code penstock experiment} and the commands below it. */
@Command(
    name = "experiment",
    description = "Compare models or variants on live requests: A/B tests.",
    footer = {
      "",
      "Examples:",
      "  penstock experiment start concise.yaml",
      "  penstock experiment report concise --chart concise.svg",
      "  penstock experiment promote concise short"
    })
final class ExperimentCommand extends GroupCommand {

  private static final String PATH = "/admin/experiments";

  /** {@code penstock experiment start}. */
  @Command(
      name = "start",
      description = {
        "Start the experiment that a file describes. You can start one again that has ended; its"
            + " earlier results do not count.",
        "",
        "A unit stays in the arm that it was assigned to. A unit is a request, a tenant, or all"
            + " requests with one value of an attribute. The metric is one of success,"
            + " first_token_ms, total_ms, output_tokens, cost and feedback. JSON: the experiment."
      },
      footer = {
        "",
        "A file, in YAML or JSON:",
        "  name: concise",
        "  subject: smart          # whose requests take part: a model, alias or alias policy",
        "  unit: tenant            # or request, or attribute:user",
        "  metric: feedback        # what decides",
        "  minPerArm: 200",
        "  arms:                   # the first is the control",
        "    - {name: long, target: llama#v1, weight: 1}",
        "    - {name: short, target: llama#v2, weight: 1}",
        "  guardrails: {maxErrorRateIncrease: 0.02, maxLatencyRatio: 1.5}"
      })
  static final class Start extends OperatorResultCommand<Experiment> {

    @Parameters(paramLabel = "FILE", description = "The file, in YAML or JSON.")
    Path file = Path.of("");

    Start(Environment environment) {
      super(environment);
    }

    private Experiment experiment() {
      try {
        return ExperimentFile.parse(Files.readString(file));
      } catch (IOException e) {
        throw CliException.usage("%s cannot be read: %s".formatted(file, e.getMessage()));
      } catch (IllegalArgumentException e) {
        throw CliException.usage("%s: %s".formatted(file, e.getMessage()));
      }
    }

    @Override
    void validate() {
      var _ = experiment();
    }

    @Override
    Experiment ask(Cluster cluster) {
      Experiment wanted = experiment();
      ModelCatalog models = ModelCatalog.following(cluster.models().list());
      return RoutingCommand.write(
          this,
          cluster,
          "started",
          (state, now) -> ExperimentCommands.start(state, models, wanted, now));
    }

    @Override
    Experiment ask(FrontClient client) throws InterruptedException {
      byte[] body = ExperimentFile.json(experiment()).getBytes(StandardCharsets.UTF_8);
      return FrontDocuments.read(Experiment.class, client.object(FrontCall.post(PATH, body)));
    }

    @Override
    int show(Experiment experiment) throws Exception {
      print(this, experiment);
      return ExitCodes.OK;
    }
  }

  /** {@code penstock experiment list}. */
  @Command(name = "list", description = "Show all experiments. JSON: one a line.")
  static final class ListExperiments extends DocumentListCommand<Experiment> {

    ListExperiments(Environment environment) {
      super(environment, Experiment.class, PATH, "no experiment");
    }

    @Override
    Listing<Experiment> listing(Instant now) {
      return Listing.ofRecords(
          RoutingCommand::json,
          Column.shown("EXPERIMENT", Experiment::name),
          Column.shown("SUBJECT", Experiment::subject),
          Column.shown("STATE", Experiment::state),
          Column.shown("METRIC", Experiment::metric),
          Column.shown("UNIT", Experiment::unit),
          Column.shown("ARMS", ExperimentCommand::arms));
    }
  }

  /** {@code penstock experiment stop}. */
  @Command(
      name = "stop",
      description =
          "End an experiment. Its traffic goes where it went before. JSON: the experiment.")
  static final class Stop extends OperatorResultCommand<Experiment> {

    @Parameters(paramLabel = "NAME", description = "The experiment's name.")
    String name = "";

    @Option(
        names = "--reason",
        paramLabel = "TEXT",
        description = "The reason. It is recorded with the change.")
    @Nullable String reason;

    Stop(Environment environment) {
      super(environment);
    }

    @Override
    Experiment ask(Cluster cluster) {
      String why = reason == null || reason.isBlank() ? ExperimentCommands.STOPPED_BY_HAND : reason;
      return RoutingCommand.write(
          this, cluster, why, (state, now) -> ExperimentCommands.stop(state, name, why, now));
    }

    @Override
    Experiment ask(FrontClient client) throws InterruptedException {
      return FrontDocuments.read(
          Experiment.class,
          client.object(
              FrontDocuments.change(
                  FrontDocuments.path(PATH, name) + "/stop",
                  RecordJson.MAPPER.createObjectNode(),
                  reason)));
    }

    @Override
    int show(Experiment experiment) throws Exception {
      print(this, experiment);
      return ExitCodes.OK;
    }
  }

  /** {@code penstock experiment promote}. */
  @Command(
      name = "promote",
      description = {
        "End an experiment and give its traffic to one arm.",
        "",
        "If the arms are variants of one model, the winner gets the weight of all of them in the"
            + " registry, and the others get none. If the arms are models, an alias policy keeps"
            + " only the winner, and a model's alias moves to the winner. The command refuses to"
            + " give a model's own name to another model. JSON: the experiment."
      })
  static final class Promote extends OperatorResultCommand<Promoted> {

    @Parameters(index = "0", paramLabel = "NAME", description = "The experiment's name.")
    String name = "";

    @Parameters(index = "1", paramLabel = "ARM", description = "The arm that wins.")
    String arm = "";

    Promote(Environment environment) {
      super(environment);
    }

    @Override
    Promoted ask(Cluster cluster) {
      Instant now = environment.clock().instant();
      ModelCatalog models = ModelCatalog.following(cluster.models().list());
      // The registry first: while the experiment still runs, that changes nothing for its requests.
      Promotion promotion =
          RoutingCommand.explained(
              () -> ExperimentCommands.promote(cluster.routing().list(), models, name, arm, now));
      if (!promotion.models().isEmpty()) {
        cluster.models().apply(promotion.models());
      }
      RoutingCommand.change(
          cluster,
          "arm %s promoted".formatted(arm),
          state ->
              ExperimentCommands.promote(state, models, name, arm, now).documents().stream()
                  .<Edit>map(Edit.Put::new)
                  .toList());
      return new Promoted(
          promotion.documents().stream()
              .filter(Experiment.class::isInstance)
              .map(Experiment.class::cast)
              .findFirst()
              .orElseThrow(),
          promotion.summary());
    }

    @Override
    Promoted ask(FrontClient client) throws InterruptedException {
      ObjectNode body = RecordJson.MAPPER.createObjectNode().put("arm", arm);
      ObjectNode promoted =
          client.object(
              FrontDocuments.change(FrontDocuments.path(PATH, name) + "/promote", body, null));
      return new Promoted(
          FrontDocuments.read(Experiment.class, promoted), promoted.path("summary").asText());
    }

    @Override
    int show(Promoted promoted) {
      if (output.json) {
        console().print(RoutingCommand.json(promoted.experiment()));
      } else {
        console().print("%s: %s".formatted(name, promoted.summary()));
      }
      return ExitCodes.OK;
    }
  }

  /**
   * An experiment that has ended with a winner.
   *
   * @param summary what became of the models and aliases
   */
  record Promoted(Experiment experiment, String summary) {}

  private static void print(ClusterCommand command, Experiment experiment) throws Exception {
    if (command.output.json) {
      command.console().print(RoutingCommand.json(experiment));
    } else {
      command
          .console()
          .print(
              "%s on %s: %s; %s"
                  .formatted(
                      experiment.name(),
                      experiment.subject(),
                      experiment.state(),
                      arms(experiment)));
    }
  }

  private static String arms(Experiment experiment) {
    return experiment.arms().stream()
        .map(
            arm ->
                "%s=%s%s"
                    .formatted(arm.name(), arm.target(), arm.stopped() == null ? "" : " stopped"))
        .collect(Collectors.joining(", "));
  }
}
