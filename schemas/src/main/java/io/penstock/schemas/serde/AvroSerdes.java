package io.penstock.schemas.serde;

import io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClientFactory;
import io.penstock.schemas.cluster.ClusterConnection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Serializers and deserializers of our contracts in the Confluent wire format, over one registry
 * client with its caches. Many threads may share this object and all it gives out; closing a
 * serializer changes nothing.
 *
 * <p>They throw {@link MalformedRecordException} where the record is at fault, {@link
 * RegistryUnavailableException} where trying again may help, and {@link SchemaRejectedException}
 * where the registry refuses a schema of ours.
 */
public final class AvroSerdes {

  private static final int SCHEMAS_PER_SUBJECT = 1000;

  /** Defaults that the caller's settings may override. */
  private static final Map<String, Object> DEFAULTS =
      Map.of(
          "schema.registry.http.connect.timeout.ms", 3000,
          "schema.registry.http.read.timeout.ms", 10_000,
          "schema.registry.max.retries", 2,
          "schema.registry.retries.wait.ms", 200,
          "schema.registry.retries.max.wait.ms", 1000,
          // A flood of records with one unknown schema id asks the registry once in a while.
          "schema.registry.missing.id.cache.ttl.sec", 10);

  private final SchemaRegistryClient registry;
  private final Map<String, Object> settings;

  /**
   * @param registryUrl the registry's base, such as {@code http://127.0.0.1:8081/apis/ccompat/v7};
   *     several, separated by commas; or {@code mock://NAME} in tests
   */
  public AvroSerdes(String registryUrl) {
    this(registryUrl, Map.of());
  }

  public AvroSerdes(ClusterConnection connection) {
    this(connection.registryUrl(), connection.registry());
  }

  /**
   * @param registrySettings further settings of Confluent's registry client, such as {@code
   *     basic.auth.credentials.source} and {@code basic.auth.user.info}; never logged
   */
  public AvroSerdes(String registryUrl, Map<String, ?> registrySettings) {
    TrustedClasses.trust();
    Map<String, Object> all = new HashMap<>(DEFAULTS);
    all.putAll(registrySettings);
    all.put("schema.registry.url", registryUrl);
    all.put("auto.register.schemas", true);
    all.put("avro.use.logical.type.converters", true);
    this.settings = Map.copyOf(all);
    this.registry =
        SchemaRegistryClientFactory.newClient(
            List.of(registryUrl.split(",")),
            SCHEMAS_PER_SUBJECT,
            List.of(new AvroSchemaProvider()),
            settings,
            Map.of());
  }

  public <T extends SpecificRecord> Serde<T> serde(Class<T> type) {
    return Serdes.serdeFrom(serializer(type), deserializer(type));
  }

  /** Registers the type's schema under {@code TOPIC-value} when it first writes to a topic. */
  public <T extends SpecificRecord> Serializer<T> serializer(Class<T> type) {
    return new StrictAvroSerializer<>(registry, settings);
  }

  /** Reads any compatible version of the type's schema, or of one it is an alias of. */
  public <T extends SpecificRecord> Deserializer<T> deserializer(Class<T> type) {
    return new StrictAvroDeserializer<>(type, registry);
  }

  /** The subjects of our contracts in the same registry. */
  public SubjectAdmin subjects() {
    return new SubjectAdmin(registry);
  }
}
