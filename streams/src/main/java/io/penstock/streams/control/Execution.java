package io.penstock.streams.control;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.RoutingEntry;
import io.penstock.schemas.models.InvalidModelsException;
import io.penstock.schemas.policies.RolloutCommands;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.RoutingCodec;
import io.penstock.schemas.routing.RoutingKind;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.text.Printable;
import io.penstock.streams.control.ControlWriter.Overtaken;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what the controller decides while this process leads. Keeps one writer open; after
 * another writer came between it leaves that one alone for a moment, opens another, reads what
 * there is by then, and decides anew. An instance belongs to one thread.
 */
final class Execution implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Execution.class);
  private static final String CHANGED_BY = "control";

  /** Changes the model registry. */
  @FunctionalInterface
  interface ModelChanges {

    /**
     * Puts a model in place of the one of its name.
     *
     * @throws InvalidModelsException if the registry would break its rules
     */
    void apply(ModelSpec model);
  }

  private final ControlLoop.Parts parts;
  private final Controller controller;
  private final ControlReader reader;
  private @Nullable ControlWriter writer;
  private Instant openFrom = Instant.MIN;
  private boolean replaying;

  Execution(ControlLoop.Parts parts, Controller controller, ControlReader reader) {
    this.parts = parts;
    this.controller = controller;
    this.reader = reader;
  }

  /** Adds everything up anew from the time that is needed. */
  void replay(Instant now) {
    controller.restart(now);
    Instant from = controller.neededFrom(now);
    LOG.debug("Results are read from {}", from);
    reader.replay(from);
    replaying = true;
  }

  /** One round of decisions. */
  void step(Instant now) {
    ControlWriter open = writer(now);
    if (open == null) {
      return;
    }
    if (controller.needsRestart()) {
      replay(now);
    }
    if (replaying && reader.caughtUp()) {
      replaying = false;
      controller.caughtUp(now);
    }
    Decisions decisions = controller.decide(now);
    parts.metrics().show(controller.tables().routing(), controller.ladders().pressures());
    try {
      carryOut(decisions, open, now);
    } catch (Overtaken overtaken) {
      parts.metrics().overtaken();
      LOG.debug("Another writer of the routing topic came between", overtaken);
      closeWriter();
      openFrom = now.plus(parts.config().afterOverwritten());
    }
  }

  /** The writer, opened if it is time; having it means having read all that was written before. */
  private @Nullable ControlWriter writer(Instant now) {
    if (writer == null && !now.isBefore(openFrom)) {
      writer = parts.writers().get();
      reader.readTables();
    }
    return writer;
  }

  private void carryOut(Decisions decisions, ControlWriter open, Instant now) {
    if (decisions.models().isEmpty()) {
      write(decisions, open, now);
      return;
    }
    Map<Rollout, String> refused = new LinkedHashMap<>();
    for (Decisions.Application each : decisions.models()) {
      apply(each).ifPresent(why -> refused.put(each.rollout(), why));
    }
    // The registry's publisher has shut this writer out, also where it refused or changed nothing:
    // what else there is to write is decided again once the tables are read again.
    closeWriter();
    openFrom = now.plus(Duration.ofMillis(1));
    if (!refused.isEmpty()) {
      pause(refused, now);
    }
  }

  /** Changes a model; returns why the registry refuses it, if it does. */
  private Optional<String> apply(Decisions.Application each) {
    try {
      parts.models().apply(each.model());
      LOG.info("Model {} was changed in the registry by its rollout", each.model().getName());
      return Optional.empty();
    } catch (InvalidModelsException refused) {
      return Optional.of("the registry refuses the new variant: " + refused.getMessage());
    }
  }

  /** Pauses rollouts with a writer of its own, unless somebody has changed them meanwhile. */
  private void pause(Map<Rollout, String> refused, Instant now) {
    ControlWriter again = parts.writers().get();
    writer = again;
    reader.readTables();
    RoutingState routing = controller.tables().routing();
    Decisions pauses = new Decisions();
    refused.forEach(
        (rollout, why) ->
            routing
                .rollout(rollout.name())
                .filter(rollout::equals)
                .ifPresent(
                    each -> {
                      LOG.warn("Rollout of {} is paused: {}", each.name(), Printable.of(why));
                      pauses.put(RolloutCommands.pause(routing, each.name(), why, now), why);
                    }));
    write(pauses, again, now);
  }

  private void write(Decisions decisions, ControlWriter open, Instant now) {
    if (decisions.puts().isEmpty()
        && decisions.removals().isEmpty()
        && decisions.requests().isEmpty()) {
      return;
    }
    Tables tables = controller.tables();
    Map<String, @Nullable RoutingEntry> entries = new LinkedHashMap<>();
    for (Decisions.Put put : decisions.puts()) {
      String key = RoutingKind.of(put.document()).key(put.document().name());
      entries.put(
          key,
          RoutingCodec.entry(
              put.document(), tables.nextVersion(key), CHANGED_BY, put.reason(), now));
    }
    for (Decisions.Removal removal : decisions.removals()) {
      entries.put(removal.kind().key(removal.name()), null);
    }
    open.write(entries, List.copyOf(decisions.requests()));
    tell(decisions);
    entries.forEach(
        (key, entry) -> {
          tables.routing(key, entry);
          parts.metrics().written(key.substring(0, key.indexOf('/')));
        });
  }

  private static void tell(Decisions decisions) {
    for (Decisions.Put put : decisions.puts()) {
      String kind = RoutingKind.of(put.document()).label();
      if (put.notable()) {
        LOG.info(
            "Wrote {} {}: {}",
            kind,
            Printable.of(put.document().name()),
            Printable.of(describe(put)));
      }
    }
    for (Decisions.Removal removal : decisions.removals()) {
      LOG.info(
          "Removed {} {}: {}",
          removal.kind().label(),
          Printable.of(removal.name()),
          Printable.of(removal.reason()));
    }
  }

  private static String describe(Decisions.Put put) {
    return put.document() instanceof Rollout rollout
        ? "%s at %d%%, %s".formatted(rollout.state(), rollout.percent(), put.reason())
        : put.reason();
  }

  private void closeWriter() {
    ControlWriter open = writer;
    writer = null;
    if (open != null) {
      open.close();
    }
  }

  @Override
  public void close() {
    closeWriter();
  }
}
