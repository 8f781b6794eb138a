package io.penstock.broker.following;

import io.penstock.broker.home.StateListener;
import io.penstock.broker.tenants.ApiKey;
import io.penstock.broker.tenants.ApiKeys;
import io.penstock.broker.tenants.KeyDocument;
import io.penstock.schemas.FleetReport;
import io.penstock.schemas.FrontEntry;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.RoutingEntry;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.schemas.reading.FollowedTopic;
import io.penstock.schemas.reading.TopicFollower;
import io.penstock.schemas.routing.RoutingKind;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicNames;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the models, their aliases, the fleet and the API keys. What it shows is whole: while a
 * topic is read anew, what was known before stays. Safe for use by many threads.
 */
public final class Followed implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Followed.class);

  private final ApiKeys keys = new ApiKeys();
  private final StateListener listener;
  private final TopicFollower follower;
  private volatile ModelCatalog models = ModelCatalog.EMPTY;
  private volatile FleetView fleet = FleetView.EMPTY;
  private volatile SortedSet<String> aliases = Collections.emptySortedSet();

  // What the following thread alone uses.
  private final Map<String, ModelSpec> readModels = new HashMap<>();
  private final Map<String, FleetReport> readFleet = new HashMap<>();
  private final Map<String, String> readAliases = new HashMap<>();
  private final Map<String, ApiKey> readKeys = new HashMap<>();
  private boolean keysChanged;

  /**
   * @param listener receives every entry of the front topic
   */
  public Followed(
      ClusterConnection connection, TopicNames names, AvroSerdes serdes, StateListener listener) {
    this.listener = listener;
    this.follower =
        new TopicFollower(
            "penstock-front-follower",
            TopicFollower.consumers(connection, "penstock-front-follower"),
            List.of(
                topic(names.models(), ModelSpec.class, serdes, this::model),
                topic(names.routing(), RoutingEntry.class, serdes, this::routing),
                topic(names.fleet(), FleetReport.class, serdes, this::report),
                topic(names.front(), FrontEntry.class, serdes, this::entry)),
            new Listener());
  }

  /** Receives an entry, null where it was removed. */
  private interface Receiver<T> {
    void accept(String key, @Nullable T value);
  }

  private static <T extends SpecificRecord> FollowedTopic<T> topic(
      String name, Class<T> type, AvroSerdes serdes, Receiver<T> receiver) {
    return new FollowedTopic<>(
        name,
        serdes.deserializer(type),
        receiver::accept,
        (key, why) -> LOG.warn("Ignoring the entry {} of {}: {}", key, name, why));
  }

  public void start() {
    follower.start();
  }

  /** What is wrong; empty if all is known. */
  public Optional<String> problem() {
    return follower.healthy() && follower.caughtUp()
        ? Optional.empty()
        : Optional.of("it has not read all models and keys yet");
  }

  /** Why nothing more is followed, as the end of a sentence, if the thread has died. */
  public Optional<String> failure() {
    return follower.hasDied()
        ? Optional.of("has died: its thread for models and keys has ended")
        : Optional.empty();
  }

  public ModelCatalog models() {
    return models;
  }

  /** The names of alias policies. */
  public SortedSet<String> aliases() {
    return aliases;
  }

  public FleetView fleet() {
    return fleet;
  }

  public ApiKeys keys() {
    return keys;
  }

  @Override
  public void close() {
    follower.close();
  }

  private void model(String key, @Nullable ModelSpec model) {
    if (model == null) {
      readModels.remove(key);
    } else {
      readModels.put(key, model);
    }
  }

  private void routing(String key, @Nullable RoutingEntry entry) {
    if (entry == null) {
      readAliases.remove(key);
    } else if (key.equals(RoutingKind.ALIAS.key(entry.getName()))) {
      readAliases.put(key, entry.getName());
    }
  }

  private void report(String key, @Nullable FleetReport report) {
    if (report == null) {
      readFleet.remove(key);
    } else {
      readFleet.put(key, report);
    }
  }

  private void entry(String key, @Nullable FrontEntry entry) {
    int slash = Math.max(0, key.indexOf('/'));
    listener.entry(
        key.substring(0, slash),
        key.substring(Math.min(key.length(), slash + 1)),
        entry == null ? null : bytes(entry.getDocument()));
    if (entry == null) {
      keysChanged |= readKeys.remove(key) != null;
    } else if (entry.getKind().equals(KeyDocument.KIND)) {
      readKeys.put(key, KeyDocument.read(bytes(entry.getDocument())));
      keysChanged = true;
    } else if (entry.getKind().equals(KeyDocument.USE)) {
      keys.used(entry.getId(), KeyDocument.readUse(bytes(entry.getDocument())));
    }
  }

  private static byte[] bytes(ByteBuffer document) {
    byte[] bytes = new byte[document.remaining()];
    document.duplicate().get(bytes);
    return bytes;
  }

  private final class Listener implements TopicFollower.Listener {

    @Override
    public void beginning() {
      readModels.clear();
      readFleet.clear();
      readAliases.clear();
      readKeys.clear();
      keysChanged = true;
      listener.beginning();
    }

    @Override
    public void upToDate() {
      models = ModelCatalog.following(readModels.values());
      fleet = FleetView.of(readFleet.values());
      aliases = Collections.unmodifiableSortedSet(new TreeSet<>(readAliases.values()));
      if (keysChanged) {
        keys.replace(readKeys.values());
        keysChanged = false;
      }
      listener.upToDate();
    }
  }
}
