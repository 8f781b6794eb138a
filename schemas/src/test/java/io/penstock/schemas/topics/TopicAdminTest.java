package io.penstock.schemas.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.schemas.topics.TopicMismatchException.Mismatch;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.MockAdminClient;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class TopicAdminTest {

  private static final TopicSettings SETTINGS = TopicSettings.DEFAULT;
  private static final TopicCatalog CATALOG = new TopicCatalog(SETTINGS);

  @Test
  void missingTopicsAreCreatedOnceAsLaidOut() throws Exception {
    try (MockAdminClient admin = MockAdminClient.create().numBrokers(1).build()) {
      List<String> created = TopicAdmin.ensure(admin, SETTINGS);

      assertThat(created)
          .containsExactlyInAnyOrderElementsOf(
              CATALOG.topics().stream().map(TopicSpec::name).toList());
      Map<String, Integer> partitions =
          Map.copyOf(
              admin.describeTopics(created).allTopicNames().get().entrySet().stream()
                  .collect(
                      java.util.stream.Collectors.toMap(
                          Map.Entry::getKey, each -> each.getValue().partitions().size())));
      CATALOG
          .topics()
          .forEach(topic -> assertThat(partitions).containsEntry(topic.name(), topic.partitions()));

      assertThat(TopicAdmin.ensure(admin, SETTINGS)).isEmpty();
    }
  }

  @Test
  void anotherPartitionCountIsRefusedByNameFoundAndWanted() {
    try (MockAdminClient admin = MockAdminClient.create().numBrokers(1).build()) {
      admin.createTopics(List.of(new NewTopic("penstock.demand", 7, (short) 1)));

      assertThatThrownBy(() -> TopicAdmin.ensure(admin, SETTINGS))
          .isInstanceOfSatisfying(
              TopicMismatchException.class,
              refusal ->
                  assertThat(refusal.mismatches())
                      .containsExactly(new Mismatch("penstock.demand", 7, 4)))
          .hasMessageContaining("topic penstock.demand has 7 partitions, the settings want 4")
          .hasMessageContaining("choose another topic prefix");
      assertThat(topics(admin)).containsExactly("penstock.demand");
    }
  }

  @Test
  void aRaceWithAnotherProcessIsTolerated() {
    try (RacingAdmin admin = new RacingAdmin(4)) {
      assertThat(TopicAdmin.ensure(admin, SETTINGS))
          .hasSize(new TopicCatalog(SETTINGS).topics().size() - 1)
          .doesNotContain("penstock.demand");
    }
  }

  @Test
  void aRaceLostToAnotherLayoutIsRefused() {
    try (RacingAdmin admin = new RacingAdmin(9)) {
      assertThatThrownBy(() -> TopicAdmin.ensure(admin, SETTINGS))
          .isInstanceOf(TopicMismatchException.class);
    }
  }

  @Test
  void silenceOfTheClusterIsATimeOut() {
    try (MockAdminClient admin = MockAdminClient.create().numBrokers(1).build()) {
      admin.timeoutNextRequest(1);

      assertThatThrownBy(() -> new TopicAdmin(admin, Duration.ofSeconds(1)).ensure(CATALOG))
          .isInstanceOf(TimeoutException.class);
    }
  }

  private static Collection<String> topics(MockAdminClient admin) {
    try {
      return admin.listTopics().names().get();
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }

  /** Creates the demand topic just before it is asked to create all. */
  private static final class RacingAdmin extends MockAdminClient {

    private static final Node BROKER = new Node(0, "localhost", 9092);

    private final int partitions;
    private boolean raced;

    RacingAdmin(int partitions) {
      super(List.of(BROKER), BROKER);
      this.partitions = partitions;
    }

    @Override
    public synchronized CreateTopicsResult createTopics(
        Collection<NewTopic> topics, CreateTopicsOptions options) {
      if (!raced) {
        raced = true;
        super.createTopics(
            List.of(new NewTopic("penstock.demand", partitions, (short) 1)), options);
      }
      return super.createTopics(topics, options);
    }
  }
}
