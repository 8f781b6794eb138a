package io.penstock.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import io.penstock.schemas.topics.TopicCatalog;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.schemas.topics.TopicSpec;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
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

  @Test
  void anotherProcessThatRegistersAtTheSameTimeIsNoReasonToFail() throws Exception {
    TopicCatalog catalog = new TopicCatalog(TopicSettings.DEFAULT);
    RacedRegistry raced = new RacedRegistry(1);

    new SubjectAdmin(raced).register(catalog);

    assertThat(raced.getAllSubjects())
        .hasSize((int) catalog.topics().stream().filter(topic -> !topic.json()).count());
  }

  @Test
  void aRegistryThatRefusesForGoodIsToldAfterAFewAttempts() {
    RacedRegistry raced = new RacedRegistry(Integer.MAX_VALUE);

    assertThatThrownBy(
            () -> new SubjectAdmin(raced).register(new TopicCatalog(TopicSettings.DEFAULT)))
        .isInstanceOf(SchemaRejectedException.class)
        .hasMessageContaining("already exists");
  }

  /** Answers the first calls for each subject as Apicurio does when another was faster. */
  private static final class RacedRegistry extends MockSchemaRegistryClient {

    private final int refusals;
    private final Map<String, Integer> calls = new HashMap<>();

    RacedRegistry(int refusals) {
      this.refusals = refusals;
    }

    @Override
    public String updateCompatibility(String subject, String compatibility)
        throws IOException, RestClientException {
      if (calls.merge(subject, 1, Integer::sum) <= refusals) {
        throw new RestClientException("A rule named 'COMPATIBILITY' already exists.", 409, 0);
      }
      return super.updateCompatibility(subject, compatibility);
    }
  }
}
