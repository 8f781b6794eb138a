package io.penstock.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;

import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import io.penstock.schemas.topics.TopicCatalog;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.schemas.topics.TopicSpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SubjectAdminTest {

  private static final String SCOPE = "subject-admin-test";

  private final SchemaRegistryClient registry = MockSchemaRegistry.getClientForScope(SCOPE);
  private final SubjectAdmin subjects = new AvroSerdes("mock://" + SCOPE).subjects();

  @AfterEach
  void forgetSchemas() {
    MockSchemaRegistry.dropScope(SCOPE);
  }

  @Test
  void everyTopicHasABackwardSubjectWithOneVersionHoweverOftenRegistered() throws Exception {
    TopicCatalog catalog = new TopicCatalog(TopicSettings.DEFAULT);

    subjects.register(catalog);
    subjects.register(catalog);

    assertThat(registry.getAllSubjects())
        .containsExactlyInAnyOrderElementsOf(
            catalog.topics().stream()
                .filter(topic -> !topic.json())
                .map(TopicSpec::valueSubject)
                .toList());
    for (TopicSpec topic : catalog.topics().stream().filter(each -> !each.json()).toList()) {
      assertThat(registry.getCompatibility(topic.valueSubject())).isEqualTo("BACKWARD");
      assertThat(registry.getAllVersions(topic.valueSubject())).hasSize(1);
    }
  }
}
