package io.penstock.schemas.models;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads and changes the model registry, the compacted models topic. A change is validated as part
 * of the whole registry and written in one transaction: readers see all of it or nothing. Of two
 * publishers at once, the first is fenced off and told so, hence neither overwrites what it has not
 * seen. Opens its clients for each call; may be shared by threads.
 */
public final class ModelPublisher {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final TopicSettings settings;
  private final ModelLog log;
  private final Supplier<Consumer<String, byte[]>> consumers;
  private final Supplier<Producer<String, @Nullable ModelSpec>> producers;

  public ModelPublisher(ClusterConnection connection, TopicSettings settings) {
    this(connection, settings, new AvroSerdes(connection));
  }

  private ModelPublisher(ClusterConnection connection, TopicSettings settings, AvroSerdes serdes) {
    this(
        settings,
        serdes.deserializer(ModelSpec.class),
        () ->
            new KafkaConsumer<>(
                connection.with(
                    Map.of("isolation.level", "read_committed", "enable.auto.commit", false)),
                new StringDeserializer(),
                new ByteArrayDeserializer()),
        () ->
            new KafkaProducer<>(
                connection.with(
                    Map.of(
                        "transactional.id",
                        settings.names().models() + ".publisher",
                        "transaction.timeout.ms",
                        10_000,
                        "max.block.ms",
                        TIMEOUT.toMillis())),
                new StringSerializer(),
                serdes.serializer(ModelSpec.class)));
  }

  /** For tests: with clients of one's own. */
  ModelPublisher(
      TopicSettings settings,
      Deserializer<ModelSpec> values,
      Supplier<Consumer<String, byte[]>> consumers,
      Supplier<Producer<String, @Nullable ModelSpec>> producers) {
    this.settings = settings;
    this.log = new ModelLog(settings.names().models(), values);
    this.consumers = consumers;
    this.producers = producers;
  }

  /** The registry as it stands. */
  public ModelCatalog list() {
    try (Consumer<String, byte[]> consumer = consumers.get()) {
      return log.read(consumer, TIMEOUT);
    }
  }

  /**
   * Adds these models, or puts them in place of those of their names. Those that the registry has
   * just so are left alone, so applying a file again changes nothing.
   *
   * @throws InvalidModelsException if the registry would break its rules; nothing is changed
   * @throws ConcurrentModelChangeException if another publisher came between; nothing is changed
   */
  public ModelChanges apply(Collection<ModelSpec> models) {
    try (Producer<String, @Nullable ModelSpec> producer = producers.get()) {
      // First shut out earlier publishers, then look: nothing changes between look and write.
      producer.initTransactions();
      ModelCatalog current = list();
      refuse("models to apply", CatalogRules.ofNames(models));
      List<String> added = new ArrayList<>();
      List<String> updated = new ArrayList<>();
      List<String> unchanged = new ArrayList<>();
      Map<String, @Nullable ModelSpec> changes = new LinkedHashMap<>();
      ModelCatalog next = current;
      for (ModelSpec model : models) {
        Optional<ModelSpec> before = byName(current, model.getName());
        if (before.filter(earlier -> sameButForTime(earlier, model)).isPresent()) {
          unchanged.add(model.getName());
          continue;
        }
        (before.isPresent() ? updated : added).add(model.getName());
        changes.put(model.getName(), model);
        next = next.with(model);
      }
      refuse("model registry", ModelCatalog.violations(next.models(), settings.modelPartitions()));
      write(producer, changes);
      return new ModelChanges(added, updated, unchanged);
    }
  }

  /** As {@link #remove(Collection)}, for one model. */
  public boolean remove(String name) {
    return !remove(List.of(name)).isEmpty();
  }

  /**
   * Removes models by name.
   *
   * @return the names that the registry had and has no more
   * @throws InvalidModelsException if one is an alias, or a remaining model's fallback; nothing is
   *     changed
   * @throws ConcurrentModelChangeException if another publisher came between; nothing is changed
   */
  public List<String> remove(Collection<String> names) {
    try (Producer<String, @Nullable ModelSpec> producer = producers.get()) {
      producer.initTransactions();
      ModelCatalog current = list();
      Set<String> leaving = new HashSet<>(names);
      List<String> violations = new ArrayList<>();
      Map<String, @Nullable ModelSpec> changes = new LinkedHashMap<>();
      for (String name : names) {
        if (byName(current, name).isPresent()) {
          changes.put(name, null);
        } else {
          current
              .resolve(name)
              .ifPresent(
                  owner ->
                      violations.add(
                          "'%s' is an alias of model '%s'; remove the model, or apply it without the alias"
                              .formatted(name, owner.getName())));
        }
      }
      for (ModelSpec model : current.models()) {
        if (!leaving.contains(model.getName())) {
          model.getFallbacks().stream()
              .filter(leaving::contains)
              .forEach(
                  fallback ->
                      violations.add(
                          "'%s' is a fallback of model '%s'; apply that one without it first"
                              .formatted(fallback, model.getName())));
        }
      }
      refuse("models to remove", violations);
      write(producer, changes);
      return List.copyOf(changes.keySet());
    }
  }

  private void write(
      Producer<String, @Nullable ModelSpec> producer, Map<String, @Nullable ModelSpec> changes) {
    if (changes.isEmpty()) {
      return;
    }
    try {
      producer.beginTransaction();
      changes.forEach(
          (name, model) -> {
            var _ = producer.send(new ProducerRecord<>(settings.names().models(), 0, name, model));
          });
      producer.commitTransaction();
    } catch (ProducerFencedException | InvalidProducerEpochException fenced) {
      throw new ConcurrentModelChangeException(fenced);
    } catch (KafkaException failed) {
      producer.abortTransaction();
      throw failed;
    }
  }

  private static void refuse(String source, List<String> violations) {
    if (!violations.isEmpty()) {
      throw new InvalidModelsException(source, violations);
    }
  }

  private static Optional<ModelSpec> byName(ModelCatalog catalog, String name) {
    return catalog.resolve(name).filter(model -> model.getName().equals(name));
  }

  private static boolean sameButForTime(ModelSpec one, ModelSpec other) {
    return ModelSpec.newBuilder(one).setUpdatedAt(other.getUpdatedAt()).build().equals(other);
  }
}
