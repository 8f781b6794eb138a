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
  private static final int FORBIDDEN = 403;
  private static final String BACKWARD = CompatibilityLevel.BACKWARD.name;
  private static final int CONFLICT = 409;
  private static final int ATTEMPTS = 5;

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

  /**
   * Returns if the registry answers as one.
   *
   * @throws RegistryUnavailableException if it does not, or refuses who asks
   */
  public void requireReachable() {
    try {
      var _ = registry.getAllSubjects();
    } catch (RestClientException refused) {
      if (refused.getStatus() != FORBIDDEN) {
        throw RegistryFailures.registering("all subjects", refused);
      }
      LOG.debug("The registry answers, and does not list its subjects to this process");
    } catch (IOException failed) {
      throw RegistryFailures.registering("all subjects", failed);
    }
  }

  /**
   * Other processes may do the same to a new subject at this moment. Apicurio then answers whoever
   * comes second that it exists already; asked again, it finds it.
   */
  private void register(TopicSpec topic) {
    String subject = topic.valueSubject();
    for (int attempt = 1; ; attempt++) {
      try {
        registry.updateCompatibility(subject, BACKWARD);
        registry.register(subject, new AvroSchema(SpecificData.get().getSchema(topic.value())));
        return;
      } catch (RestClientException refused) {
        if (refused.getStatus() != CONFLICT || attempt == ATTEMPTS) {
          throw RegistryFailures.registering(subject, refused);
        }
        LOG.debug("The registry refused {}: {}; trying again", subject, refused.getMessage());
      } catch (IOException failed) {
        throw RegistryFailures.registering(subject, failed);
      }
    }
  }
}
