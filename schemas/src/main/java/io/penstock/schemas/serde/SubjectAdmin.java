package io.penstock.schemas.serde;

import io.confluent.kafka.schemaregistry.CompatibilityLevel;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.penstock.schemas.topics.TopicCatalog;
import io.penstock.schemas.topics.TopicSpec;
import java.io.IOException;
import org.apache.avro.specific.SpecificData;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Registers the subjects of our topics with BACKWARD compatibility. Every step may be repeated. */
public final class SubjectAdmin {

  private static final Logger LOG = LoggerFactory.getLogger(SubjectAdmin.class);
  private static final String BACKWARD = CompatibilityLevel.BACKWARD.name;

  private final SchemaRegistryClient registry;

  SubjectAdmin(SchemaRegistryClient registry) {
    this.registry = registry;
  }

  /**
   * Sets the subject of each topic of Avro to BACKWARD and registers its current schema.
   *
   * @throws SchemaRejectedException if a subject holds an incompatible schema
   * @throws RegistryUnavailableException if the registry does not answer
   */
  public void register(TopicCatalog catalog) {
    catalog.topics().stream().filter(topic -> !topic.json()).forEach(this::register);
    LOG.debug("Registered {} subjects", catalog.topics().size());
  }

  private void register(TopicSpec topic) {
    String subject = topic.valueSubject();
    demandBackward(subject);
    try {
      registry.register(subject, new AvroSchema(SpecificData.get().getSchema(topic.value())));
    } catch (RestClientException refused) {
      throw RegistryFailures.registering(subject, refused);
    } catch (IOException failed) {
      throw RegistryFailures.registering(subject, failed);
    }
  }

  private void demandBackward(String subject) {
    try {
      registry.updateCompatibility(subject, BACKWARD);
    } catch (RestClientException refused) {
      throw RegistryFailures.registering(subject, refused);
    } catch (IOException failed) {
      throw RegistryFailures.registering(subject, failed);
    }
  }
}
