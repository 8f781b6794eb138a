package io.penstock.streams.dispatch.topology;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.DispatchTransfer;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ModelAlternative;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.TargetHealth;
import io.penstock.schemas.routing.Target;
import io.penstock.schemas.text.Printable;
import io.penstock.streams.dispatch.lifecycle.Decision;
import io.penstock.streams.dispatch.lifecycle.Effect;
import io.penstock.streams.dispatch.lifecycle.Event;
import io.penstock.streams.dispatch.lifecycle.Fault;
import io.penstock.streams.dispatch.lifecycle.MoveCause;
import io.penstock.streams.dispatch.lifecycle.Verdict;
import io.penstock.streams.dispatch.shard.ShardMetrics;
import io.penstock.streams.runtime.FirstToken;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what the shards decide, by model, class and tenant. Bears many threads. */
final class DispatchCounters implements ShardMetrics {

  private static final Logger LOG = LoggerFactory.getLogger(DispatchCounters.class);
  private static final String OTHER = "other";

  private final MeterRegistry registry;
  private final int tenantsCounted;
  private final Set<String> tenants = ConcurrentHashMap.newKeySet();
  private final Counter takeovers;

  /**
   * @param tenantsCounted tenants counted by name; later ones are counted together as {@code other}
   */
  DispatchCounters(MeterRegistry registry, int tenantsCounted) {
    this.registry = registry;
    this.tenantsCounted = tenantsCounted;
    this.takeovers =
        Counter.builder("penstock.dispatch.takeovers")
            .description("Model partitions that this instance has taken over")
            .register(registry);
  }

  /** A partition is served here from now on. */
  void takenOver() {
    takeovers.increment();
  }

  @Override
  public void decided(Event event, Decision decision, @Nullable DispatchEntry entry) {
    ScoredFacts facts = facts(event, entry);
    String model = facts == null ? OTHER : facts.getChoice().getModel();
    String serviceClass = facts == null ? OTHER : lower(facts.getServiceClass());
    registry
        .counter(
            "penstock.dispatch.decisions",
            "verdict",
            lower(decision.verdict()),
            "event",
            event.getClass().getSimpleName().toLowerCase(Locale.ROOT),
            "model",
            model,
            "class",
            serviceClass)
        .increment();
    if (decision.verdict() == Verdict.MOVED) {
      switch (event) {
        case Event.Moved move -> moved(model, move.to(), move.cause());
        case Event.Ended(AttemptOutcome ignored, Fault.OfContext(ModelAlternative to)) ->
            moved(model, to, MoveCause.CONTEXT);
        default -> {}
      }
    }
    for (Effect effect : decision.effects()) {
      if (effect instanceof Effect.Answer(InferenceResult result)
          && result.getRepetition().isEmpty()) {
        answered(result, model, serviceClass);
        if (facts != null && FirstToken.isLate(result, facts.getFirstTokenBy())) {
          late(model, serviceClass);
        }
      }
    }
  }

  @Override
  public void changed(Target target, TargetHealth health, String reason) {
    LOG.info(
        "{} is {} now{}",
        Printable.of(target.toString()),
        health,
        reason.isEmpty() ? "" : ": " + Printable.of(reason));
    registry
        .counter(
            "penstock.dispatch.health.changes",
            "target",
            target.toString(),
            "health",
            lower(health))
        .increment();
  }

  @Override
  public void probed(Target target) {
    registry.counter("penstock.dispatch.probes", "target", target.toString()).increment();
  }

  @Override
  public void rests(String workerId, Instant until) {
    LOG.warn(
        "Worker {} rests until {}: others served what it failed or refused. Check its engine and"
            + " its account",
        workerId,
        until);
    registry.counter("penstock.dispatch.worker.rests").increment();
  }

  private void moved(String model, ModelAlternative to, MoveCause cause) {
    registry
        .counter(
            "penstock.dispatch.moves", "model", model, "to", to.getModel(), "cause", lower(cause))
        .increment();
  }

  /** Counts a record that could not be read. */
  void unreadable(String topic) {
    registry.counter("penstock.dispatch.unreadable", "topic", topic).increment();
  }

  private void answered(InferenceResult result, String model, String serviceClass) {
    registry
        .counter(
            "penstock.results",
            "status",
            lower(result.getStatus()),
            "model",
            model,
            "class",
            serviceClass,
            "tenant",
            tenant(result.getTenant()))
        .increment();
    result
        .getLeasedAt()
        .ifPresent(
            leasedAt ->
                registry
                    .timer("penstock.dispatch.wait", "model", model, "class", serviceClass)
                    .record(Duration.between(result.getAcceptedAt(), leasedAt)));
  }

  private void late(String model, String serviceClass) {
    registry.counter("penstock.results.late", "model", model, "class", serviceClass).increment();
  }

  private String tenant(String tenant) {
    if (tenants.contains(tenant)) {
      return tenant;
    }
    if (tenants.size() >= tenantsCounted) {
      return OTHER;
    }
    tenants.add(tenant);
    return tenant;
  }

  private static @Nullable ScoredFacts facts(Event event, @Nullable DispatchEntry entry) {
    if (entry != null) {
      return entry.getFacts();
    }
    if (event instanceof Event.Transferred(DispatchTransfer transfer)) {
      return transfer.getEntry().getFacts();
    }
    if (event instanceof Event.Unusable unusable) {
      return unusable.entry().getFacts();
    }
    return event instanceof Event.Arrived arrived ? arrived.facts() : null;
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
