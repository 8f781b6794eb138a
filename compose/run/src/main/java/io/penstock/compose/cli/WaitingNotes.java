package io.penstock.compose.cli;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.WorkerDemand;
import io.penstock.schemas.fleet.WorkerBoard;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.schemas.text.Printable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Tells a person who waits why that may take long: no worker serves the model. Says it once for
 * each model.
 */
final class WaitingNotes implements Submission.Waiting {

  private static final Duration HEARD_WITHIN = Duration.ofSeconds(30);

  private final Cluster cluster;
  private final Console console;
  private final Clock clock;
  private final Set<String> told = new HashSet<>();

  WaitingNotes(Cluster cluster, Console console, Clock clock) {
    this.cluster = cluster;
    this.console = console;
    this.clock = clock;
  }

  @Override
  public void on(List<Submission.Unanswered> unanswered) {
    Map<String, Long> waiting =
        unanswered.stream()
            .map(Submission.Unanswered::model)
            .filter(model -> !told.contains(model))
            .collect(
                Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()));
    if (waiting.isEmpty()) {
      return;
    }
    ModelCatalog catalog = ModelCatalog.following(cluster.models().list());
    Set<String> served = served();
    waiting.forEach(
        (asked, count) ->
            catalog
                .resolve(asked)
                .map(ModelSpec::getName)
                .filter(model -> !served.contains(model))
                .ifPresent(model -> tell(asked, model, count)));
  }

  private void tell(String asked, String model, long count) {
    told.add(asked);
    console.note(
        "no worker serves %s now; %s until one does or the deadline passes: start one with 'penstock worker --model %s', or see 'penstock workers'"
            .formatted(
                Printable.of(model),
                count == 1 ? "the request waits" : count + " requests wait",
                Printable.of(model)));
  }

  /** The models of workers that were heard of just now; a variant counts for its model. */
  private Set<String> served() {
    WorkerBoard board = new WorkerBoard();
    EntryReader<WorkerDemand> reader = new EntryReader<>(cluster.serdes(), WorkerDemand.class);
    Instant now = clock.instant();
    cluster
        .log()
        .read(
            cluster.names().demand(),
            new TopicLog.Start.At(now.minus(HEARD_WITHIN)),
            entry -> {
              reader.read(entry).ifPresent(demand -> board.add(entry.partition(), demand));
              return true;
            });
    return board.rows(now, HEARD_WITHIN).stream()
        .flatMap(row -> row.models().stream())
        .map(name -> name.contains("#") ? name.substring(0, name.indexOf('#')) : name)
        .collect(Collectors.toSet());
  }
}
