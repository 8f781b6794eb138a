package io.penstock.compose.cli;

import io.penstock.compose.http.FrontClient;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.schemas.policies.RolloutCommands;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.Rollout.BreachAction;
import io.penstock.schemas.routing.Rollout.Evaluation;
import io.penstock.schemas.routing.Rollout.Evaluation.Item;
import io.penstock.schemas.routing.Rollout.Gates;
import io.penstock.schemas.routing.Rollout.State;
import io.penstock.schemas.routing.Rollout.Step;
import io.penstock.schemas.routing.Rollout.Warm;
import io.penstock.streams.control.rollout.EvaluationFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code penstock rollout start}. */
@Command(
    name = "start",
    description = {
      "Start to take a model from one variant to another.",
      "",
      "Both are variants of the model in the registry: the old one active, the new one in state"
          + " shadow. A step ends when it has lasted and its results are enough. The control loop,"
          + " which runs in 'penstock up', takes it from there. JSON: the rollout."
    },
    footer = {
      "",
      "Examples:",
      "  penstock rollout start llama --from blue --to green",
      "  penstock rollout start llama --from v1 --to v2 --steps 5,25,50,100 --min-seconds 120 \\",
      "    --min-requests 200 --max-error-rate 0.02 --replay 50 --min-score 0.7",
      "  penstock rollout start llama --from v1 --to v2 --evaluation questions.jsonl \\",
      "    --on-breach pause",
      "",
      "A line of the evaluation's file:",
      "  {\"prompt\": \"The capital of France?\", \"expected\": \"Paris\"}"
    })
final class RolloutStartCommand extends RolloutCommand.OfModel {

  @Option(names = "--from", required = true, paramLabel = "VARIANT", description = "The old one.")
  String from = "";

  @Option(names = "--to", required = true, paramLabel = "VARIANT", description = "The new one.")
  String to = "";

  @Option(
      names = "--steps",
      split = ",",
      paramLabel = "PERCENT",
      description = "Rising shares of the new one, the last 100; alone: blue/green (default: 100).")
  List<Integer> steps = List.of(100);

  @Option(
      names = "--min-seconds",
      paramLabel = "N",
      description = "How long each step lasts at least (default: ${DEFAULT-VALUE}).")
  int minSeconds = 60;

  @Option(
      names = "--min-requests",
      paramLabel = "N",
      description =
          "Results of the new variant that each step needs at least (default: ${DEFAULT-VALUE}).")
  int minRequests = 50;

  @Option(
      names = "--max-error-rate",
      paramLabel = "SHARE",
      description = "Gate: its error rate, 0 to 1 (default: 0.05).")
  @Nullable Double maxErrorRate = Gates.DEFAULT.maxErrorRate();

  @Option(
      names = "--max-error-increase",
      paramLabel = "SHARE",
      description = "Gate: its error rate less the old one's, 0 to 1 (default: 0.02).")
  @Nullable Double maxErrorIncrease = Gates.DEFAULT.maxErrorRateIncrease();

  @Option(
      names = "--max-latency-ratio",
      paramLabel = "TIMES",
      description = "Gate: its median time to first token by the old one's (default: 2).")
  @Nullable Double maxLatencyRatio = Gates.DEFAULT.maxLatencyRatio();

  @Option(
      names = "--max-feedback-drop",
      paramLabel = "SCORE",
      description = "Gate: the old one's mean feedback less its own (default: 0.1).")
  @Nullable Double maxFeedbackDrop = Gates.DEFAULT.maxFeedbackDrop();

  @Option(
      names = "--min-sample",
      paramLabel = "N",
      description = "Results before a gate can break (default: ${DEFAULT-VALUE}).")
  int minSample = Gates.DEFAULT.minSample();

  @Option(
      names = "--warm-workers",
      paramLabel = "N",
      description = "Live workers of the new one to begin with (default: ${DEFAULT-VALUE}).")
  int warmWorkers = Warm.DEFAULT.minWorkers();

  @Option(
      names = "--warm-timeout",
      paramLabel = "TIME",
      description = "How long to wait for them, then it is paused (default: ${DEFAULT-VALUE}).")
  String warmTimeout = "10m";

  @Option(
      names = "--evaluation",
      paramLabel = "FILE",
      description = "Ask both variants these questions in shadow first: JSON, one a line.")
  @Nullable Path evaluation;

  @Option(
      names = "--replay",
      paramLabel = "N",
      description = "Ask both variants the model's last N requests of the log in shadow first.")
  @Nullable Integer replay;

  @Option(
      names = "--min-score",
      paramLabel = "SCORE",
      description =
          "The evaluation's least mean score, 0 to 1: of expected texts, else of agreement with the"
              + " old one.")
  @Nullable Double minScore;

  @Option(
      names = "--evaluation-timeout",
      paramLabel = "TIME",
      description = "How long to wait for answers, then it is paused (default: ${DEFAULT-VALUE}).")
  String evaluationTimeout = "10m";

  @Option(
      names = "--on-breach",
      paramLabel = "WHAT",
      description = "What a broken gate does: rollback or pause (default: ${DEFAULT-VALUE}).")
  BreachAction onBreach = BreachAction.ROLLBACK;

  RolloutStartCommand(Environment environment) {
    super(environment);
  }

  @Override
  void validate() {
    if (evaluation != null && replay != null) {
      throw CliException.usage("give one of --evaluation and --replay");
    }
    if (minScore != null && evaluation == null && replay == null) {
      throw CliException.usage("--min-score needs --evaluation or --replay");
    }
    var _ = plan();
  }

  private Rollout plan() {
    return new Rollout(
        model,
        from,
        to,
        steps.stream().map(percent -> new Step(percent, minSeconds, minRequests)).toList(),
        new Gates(maxErrorRate, maxErrorIncrease, maxLatencyRatio, maxFeedbackDrop, minSample),
        new Warm(warmWorkers, seconds("--warm-timeout", warmTimeout)),
        evaluation == null && replay == null ? null : evaluationPlan(),
        onBreach,
        State.REGISTERED,
        -1,
        0,
        null,
        null,
        null,
        Map.of());
  }

  private Evaluation evaluationPlan() {
    return new Evaluation(
        evaluation == null ? List.of() : items(evaluation),
        replay == null ? 0 : replay,
        minScore,
        null,
        null,
        seconds("--evaluation-timeout", evaluationTimeout));
  }

  private static List<Item> items(Path file) {
    try {
      return EvaluationFile.parse(Files.readAllLines(file));
    } catch (IOException e) {
      throw CliException.usage("%s cannot be read: %s".formatted(file, e.getMessage()));
    } catch (IllegalArgumentException e) {
      throw CliException.usage("%s: %s".formatted(file, e.getMessage()));
    }
  }

  private static int seconds(String option, String text) {
    return Math.toIntExact(Math.max(1, TimeText.duration(option, text).toSeconds()));
  }

  @Override
  Rollout ask(Cluster cluster) {
    ModelCatalog models = ModelCatalog.following(cluster.models().list());
    Rollout plan = plan();
    return RoutingCommand.write(
        this, cluster, "started", (state, now) -> RolloutCommands.start(state, models, plan, now));
  }

  @Override
  Rollout ask(FrontClient client) throws InterruptedException {
    return RolloutCommand.start(client, plan());
  }
}
