package io.penstock.schemas.policies;

import io.penstock.schemas.RoutingEntry;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.models.ModelPublisher;
import io.penstock.schemas.registry.ConcurrentRegistryChangeException;
import io.penstock.schemas.registry.RegistryLog;
import io.penstock.schemas.routing.AliasPolicy;
import io.penstock.schemas.routing.Degradation;
import io.penstock.schemas.routing.DegradationLadder;
import io.penstock.schemas.routing.Experiment;
import io.penstock.schemas.routing.Revision;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.RoutingCodec;
import io.penstock.schemas.routing.RoutingDocument;
import io.penstock.schemas.routing.RoutingKind;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.routing.Spend;
import io.penstock.schemas.routing.TenantPolicy;
import io.penstock.schemas.topics.TopicSettings;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads and changes the routing topic. What people write is validated together with all there is
 * and with the model registry; each change is one transaction. A change that meets another one is
 * decided anew, a few times. Opens its clients for each call; may be shared by threads.
 */
public final class RoutingPublisher {

  private static final Logger LOG = LoggerFactory.getLogger(RoutingPublisher.class);
  private static final int ATTEMPTS = 4;

  private final TopicSettings settings;
  private final RegistryLog log;
  private final ModelPublisher models;
  private final InstantSource clock;

  public RoutingPublisher(ClusterConnection connection, TopicSettings settings) {
    this(settings, new RegistryLog(connection, settings), InstantSource.system());
  }

  /** Makes a publisher on the given log, for tests. */
  public RoutingPublisher(TopicSettings settings, RegistryLog log, InstantSource clock) {
    this.settings = settings;
    this.log = log;
    this.models = new ModelPublisher(settings, log, clock);
    this.clock = clock;
  }

  /** One thing to change. */
  public sealed interface Edit {

    /** Adds a document, or puts it in place of the one of its kind and name. */
    record Put(RoutingDocument document) implements Edit {}

    record Remove(RoutingKind kind, String name) implements Edit {}
  }

  /**
   * An entry with what is known of its last change.
   *
   * @param version counts its changes from 1
   */
  public record Stored(
      RoutingDocument document,
      long version,
      String changedBy,
      @Nullable String reason,
      Instant changedAt) {}

  /** All entries, by record key ascending, revisions of the models included. */
  public Map<String, Stored> entries() {
    Map<String, Stored> entries = new TreeMap<>();
    log.read(
        settings.names().routing(),
        RoutingEntry.class,
        (key, entry) -> {
          if (entry == null) {
            entries.remove(key);
            return;
          }
          try {
            entries.put(
                key,
                new Stored(
                    RoutingCodec.read(entry),
                    entry.getVersion(),
                    entry.getChangedBy(),
                    entry.getReason().orElse(null),
                    entry.getChangedAt()));
          } catch (IllegalArgumentException unreadable) {
            LOG.warn("Ignoring the routing entry {}: {}", key, unreadable.getMessage());
          }
        });
    return entries;
  }

  /** The routing policy and state as it stands. */
  public RoutingState list() {
    return RoutingState.of(entries().values().stream().map(Stored::document).toList());
  }

  /**
   * Changes what a function of the present state says; nothing, if it says nothing.
   *
   * @param changedBy who changes it: a person's name, or a component
   * @param reason why, or null
   * @param decide may be called again when somebody else changed something in between
   * @return the state afterwards
   * @throws InvalidRoutingException naming every violation of what would be; nothing is changed
   * @throws ConcurrentRegistryChangeException if somebody else always came between
   */
  public RoutingState change(
      String changedBy, @Nullable String reason, Function<RoutingState, List<Edit>> decide) {
    for (int attempt = 1; ; attempt++) {
      try {
        return log.change(changes -> edit(changes, changedBy, reason, decide));
      } catch (ConcurrentRegistryChangeException concurrent) {
        if (attempt == ATTEMPTS) {
          throw concurrent;
        }
      }
    }
  }

  /** Puts these documents, in one change. */
  public RoutingState put(
      Collection<? extends RoutingDocument> documents, String changedBy, @Nullable String reason) {
    return change(
        changedBy,
        reason,
        state -> documents.stream().<Edit>map(document -> new Edit.Put(document)).toList());
  }

  private RoutingState edit(
      RegistryLog.Changes changes,
      String changedBy,
      @Nullable String reason,
      Function<RoutingState, List<Edit>> decide) {
    Map<String, Stored> before = entries();
    RoutingState state = RoutingState.of(before.values().stream().map(Stored::document).toList());
    Map<String, @Nullable RoutingEntry> records = new LinkedHashMap<>();
    RoutingState next = state;
    List<RoutingDocument> changed = new ArrayList<>();
    for (Edit edit : decide.apply(state)) {
      switch (edit) {
        case Edit.Put(RoutingDocument document) -> {
          String key = RoutingKind.of(document).key(document.name());
          Stored stored = before.get(key);
          next = next.with(document);
          if (stored == null || !stored.document().equals(document)) {
            changed.add(document);
            long version = stored == null ? 1 : stored.version() + 1;
            records.put(
                key, RoutingCodec.entry(document, version, changedBy, reason, clock.instant()));
          }
        }
        case Edit.Remove(RoutingKind kind, String name) -> {
          if (before.containsKey(kind.key(name))) {
            next = next.without(kind.key(name));
            records.put(kind.key(name), null);
          }
        }
      }
    }
    if (changed.stream().anyMatch(RoutingPublisher::namesModels)) {
      List<String> violations = RoutingRules.violations(next, models.list(), changed);
      if (!violations.isEmpty()) {
        throw new InvalidRoutingException("routing", violations);
      }
    }
    records.forEach((key, entry) -> changes.put(settings.names().routing(), key, entry));
    return next;
  }

  /** Returns whether a document has to be held against the models. */
  private static boolean namesModels(RoutingDocument document) {
    return switch (document) {
      case TenantPolicy ignored -> true;
      case AliasPolicy ignored -> true;
      case Experiment ignored -> true;
      case Rollout ignored -> true;
      case DegradationLadder ignored -> true;
      case Degradation ignored -> false;
      case Spend ignored -> false;
      case Revision ignored -> false;
    };
  }
}
