package io.penstock.streams.dispatch.shard;

import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.ModelAlternative;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.schemas.routing.Target;
import io.penstock.schemas.topics.ModelPartitions;
import io.penstock.streams.dispatch.index.WaitingIndex;
import io.penstock.streams.dispatch.lifecycle.Event;
import io.penstock.streams.dispatch.lifecycle.MoveCause;
import io.penstock.streams.dispatch.rank.Candidate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Hands what waits here for a model on to the partitions that the model has now, where its workers
 * ask. What a model that is not in the registry any more left behind goes to the partition of its
 * name, where workers that were told to serve it ask. An instance belongs to one thread.
 */
final class Homing {

  /** The registry's readers see a change within moments of each other; nothing goes to and fro. */
  static final Duration SETTLED = Duration.ofSeconds(5);

  private static final int LOOKED_AT_PER_TICK = 5_000;
  private static final String REASON = "its model moved to other partitions";

  private final int partition;
  private final int movesPerTick;
  private final ClusterView cluster;
  private final WaitingIndex index;
  private final ShardStore store;
  private final Events events;
  private ModelCatalog known = ModelCatalog.EMPTY;
  private @Nullable Instant knownSince;
  private @Nullable Candidate last;

  Homing(
      int partition,
      int movesPerTick,
      ClusterView cluster,
      WaitingIndex index,
      ShardStore store,
      Events events) {
    this.partition = partition;
    this.movesPerTick = movesPerTick;
    this.cluster = cluster;
    this.index = index;
    this.store = store;
    this.events = events;
  }

  /** Goes on where the last tick stopped, with a bounded number of requests. */
  void tick(Instant now) {
    ModelCatalog models = cluster.models().get();
    if (!models.equals(known)) {
      known = models;
      knownSince = now;
    }
    if (models.models().isEmpty() || knownSince == null || now.isBefore(knownSince.plus(SETTLED))) {
      return;
    }
    Set<Target> strays = strays(index.awaited());
    if (strays.isEmpty()) {
      last = null;
      return;
    }
    int moved = 0;
    for (int looked = 0; looked < LOOKED_AT_PER_TICK && moved < movesPerTick; looked++) {
      last = index.after(last);
      if (last == null) {
        return;
      }
      if (strays.contains(last.target())) {
        handOn(last, now);
        moved++;
      }
    }
  }

  /** The targets whose requests belong elsewhere. */
  private Set<Target> strays(Set<Target> targets) {
    Set<Target> strays = new HashSet<>();
    for (Target target : targets) {
      List<Integer> home = home(target.model());
      boolean exists = home.stream().allMatch(p -> p >= 0 && p < cluster.partitions());
      if (exists && !home.contains(partition)) {
        strays.add(target);
      }
    }
    return strays;
  }

  private List<Integer> home(String model) {
    return spec(model)
        .map(spec -> ModelPartitions.of(spec, cluster.partitions()))
        .orElseGet(() -> List.of(ModelPartitions.of(model, cluster.partitions())));
  }

  private Optional<ModelSpec> spec(String model) {
    return known.resolve(model).filter(spec -> spec.getName().equals(model));
  }

  private void handOn(Candidate candidate, Instant now) {
    DispatchEntry entry = store.request(candidate.key());
    if (entry == null) {
      return;
    }
    ScoredFacts facts = entry.getFacts();
    String model = facts.getChoice().getModel();
    int to =
        spec(model)
            .map(spec -> ModelPartitions.of(spec, facts.getId(), cluster.partitions()))
            .orElseGet(() -> ModelPartitions.of(model, cluster.partitions()));
    events.happened(
        candidate.key(), new Event.Moved(itself(facts, to), MoveCause.PARTITIONS, REASON), now);
  }

  private static ModelAlternative itself(ScoredFacts facts, int partition) {
    ModelChoice choice = facts.getChoice();
    return ModelAlternative.newBuilder()
        .setModel(choice.getModel())
        .setVariant(choice.getVariant().orElse(null))
        .setProvider(choice.getProvider().orElse(null))
        .setPartition(partition)
        .setPromptTokens(facts.getPromptTokens())
        .setPredictedOutputTokens(facts.getPredictedOutputTokens())
        .setMaxOutputTokens(facts.getMaxOutputTokens())
        .setInputPricePerMillion(facts.getInputPricePerMillion().orElse(null))
        .setOutputPricePerMillion(facts.getOutputPricePerMillion().orElse(null))
        .setExpectedQuality(choice.getExpectedQuality().orElse(null))
        .setScore(0)
        .build();
  }
}
