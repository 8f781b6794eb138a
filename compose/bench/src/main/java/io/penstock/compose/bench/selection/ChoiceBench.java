package io.penstock.compose.bench.selection;

import io.penstock.compose.bench.BenchProgress;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.streams.score.RequestScorer;
import io.penstock.streams.score.ScoringOutcome;
import io.penstock.streams.score.complexity.LinearComplexityPredictor;
import io.penstock.streams.score.complexity.LinearModel;
import io.penstock.streams.score.complexity.threshold.RoutingGoal;
import io.penstock.streams.score.model.ModelChooser;
import io.penstock.streams.score.model.RoutingChooser;
import io.penstock.streams.score.model.RoutingContext;
import io.penstock.streams.score.output.OutputLengthPredictor;
import io.penstock.streams.score.prediction.Complexity;
import io.penstock.streams.score.request.Arrival;
import io.penstock.streams.score.request.RequestLimits;
import io.penstock.streams.score.request.RequestValidator;
import io.penstock.streams.score.service.ServiceLevels;
import io.penstock.streams.score.tokens.PromptTokenEstimator;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/**
 * Measures how long it takes to score a request, the choice of its model included, on one thread
 * that does nothing else: without Kafka, since that is the same for every chooser.
 */
final class ChoiceBench {

  private static final int[] MODELS = {2, 10, 50};
  private static final int ROUNDS = 5;
  private static final long LONGEST_NANOS = 10_000_000_000L;

  /** The prompts where no test files are given. */
  private static final List<String> PROMPTS =
      List.of(
          "A shop sells pens at 3 for $2 and pads at $1.50. Ann buys 12 pens and 4 pads and pays"
              + " with a $20 note. How much change does she get? Explain your answer.",
          "Which organ of the human body makes insulin?\nA. The liver\nB. The pancreas\nC. The"
              + " spleen\nD. The kidneys\nAnswer with a single letter.",
          "Write a short and friendly message to a customer whose parcel is two days late because"
              + " of the weather, and offer to send it by express at no cost.",
          "Explain to a new colleague what a dead-letter queue is, when records land there, and"
              + " what should be checked before any of them are replayed.");

  private final LinearModel model;
  private final List<String> prompts;
  private final int timed;

  /**
   * @param prompts what is asked; empty: a few of its own
   * @param timed requests of each case, after as many to warm up
   */
  ChoiceBench(LinearModel model, List<String> prompts, int timed) {
    this.model = model;
    this.prompts = prompts.isEmpty() ? PROMPTS : prompts;
    this.timed = timed;
  }

  /**
   * One case.
   *
   * @param by what decides
   * @param perSecond requests scored by one thread
   */
  record Row(
      int models, String by, double p50Micros, double p99Micros, double perSecond, long count) {}

  /**
   * Measures all cases in rounds, so that whatever else the machine does at a time falls on all of
   * them alike; the first round only warms up.
   */
  List<Row> run(BenchProgress progress) {
    List<Case> cases = cases();
    for (int round = 0; round <= ROUNDS; round++) {
      progress.at(
          "choosing, round %d of %d".formatted(round, ROUNDS), (double) round / (ROUNDS + 1));
      for (Case each : cases) {
        if (round == 0) {
          each.measure(timed);
          each.nanos.reset();
          each.spent = 0;
        } else {
          each.measure(Math.ceilDiv(timed, ROUNDS));
        }
      }
    }
    return cases.stream().map(Case::row).toList();
  }

  private List<Case> cases() {
    OutputLengthPredictor outputs = new OutputLengthPredictor(10_000);
    int partitions = TopicSettings.DEFAULT.modelPartitions();
    Complexity complexity =
        Complexity.of(
            new LinearComplexityPredictor(model), new RoutingGoal.QualityFloor(0.8), true);
    RequestScorer plain = scorer(new NamedBaseline(), outputs, partitions);
    RequestScorer scorer =
        scorer(
            new RoutingChooser(outputs, complexity, ServiceLevels.DEFAULT, partitions),
            outputs,
            partitions);
    List<Case> cases = new ArrayList<>();
    for (int models : MODELS) {
      ChoiceWorld world = new ChoiceWorld(models);
      RoutingContext context = world.routingContext();
      cases.add(new Case(models, "the name alone", plain, context, world.named(prompts)));
      cases.add(new Case(models, "named, by the router", scorer, context, world.named(prompts)));
      cases.add(new Case(models, "latency", scorer, context, world.sorted(prompts, "latency")));
      cases.add(new Case(models, "goal and complexity", scorer, context, world.byGoal(prompts)));
    }
    return cases;
  }

  private static RequestScorer scorer(
      ModelChooser chooser, OutputLengthPredictor outputs, int partitions) {
    TopicSettings settings = TopicSettings.DEFAULT;
    return new RequestScorer(
        new RequestValidator(new RequestLimits(settings.maxDeadline(), settings.maxRequestBytes())),
        chooser,
        new PromptTokenEstimator(),
        outputs,
        ServiceLevels.DEFAULT,
        partitions);
  }

  /** One case while it is measured. */
  private static final class Case {

    private final int models;
    private final String by;
    private final RequestScorer scorer;
    private final RoutingContext context;
    private final List<Arrival> arrivals;
    private final Histogram nanos = new Histogram(LONGEST_NANOS, 3);
    private long spent;

    Case(
        int models,
        String by,
        RequestScorer scorer,
        RoutingContext context,
        List<Arrival> arrivals) {
      this.models = models;
      this.by = by;
      this.scorer = scorer;
      this.context = context;
      this.arrivals = arrivals;
    }

    void measure(int requests) {
      for (int i = 0; i < requests; i++) {
        Arrival arrival = arrivals.get(i % arrivals.size());
        long began = System.nanoTime();
        ScoringOutcome outcome = scorer.score(arrival, context, Optional.empty());
        long took = System.nanoTime() - began;
        spent += took;
        nanos.recordValue(Math.min(LONGEST_NANOS, took));
        if (outcome instanceof ScoringOutcome.Refused(var refusal)) {
          throw new IllegalStateException("a request was refused: " + refusal.message());
        }
      }
    }

    Row row() {
      return new Row(
          models,
          by,
          nanos.getValueAtPercentile(50) / 1e3,
          nanos.getValueAtPercentile(99) / 1e3,
          nanos.getTotalCount() / (spent / 1e9),
          nanos.getTotalCount());
    }
  }
}
