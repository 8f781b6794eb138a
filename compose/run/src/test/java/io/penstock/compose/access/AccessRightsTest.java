package io.penstock.compose.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.schemas.routing.DefaultReplyTopics;
import io.penstock.schemas.topics.TopicCatalog;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.schemas.topics.TopicSpec;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AccessRightsTest {

  private static final TopicNames NAMES = new TopicNames("a.");

  private static List<Right> of(AccessRole role) {
    return AccessRights.of(role, NAMES, DefaultReplyTopics.STANDARD);
  }

  @ParameterizedTest
  @EnumSource(AccessRole.class)
  void aListNamesEachRightOnceAndNothingOfOthers(AccessRole role) {
    List<Right> rights = of(role);

    assertThat(rights)
        .isNotEmpty()
        .extracting(each -> each.binding("User:x"))
        .doesNotHaveDuplicates();
    assertThat(rights)
        .allMatch(
            each ->
                each.name().startsWith("a.")
                    || each.name().equals("replies.")
                    || each.name().equals("apicurio-"));
    assertThat(rights).extracting(Right::operation).doesNotContain(AclOperation.ALL);
  }

  @Test
  void everyTopicIsWrittenAndReadBySomebody() {
    TopicCatalog catalog = new TopicCatalog(TopicSettings.DEFAULT.withNames(NAMES));
    for (TopicSpec topic : catalog.topics()) {
      for (AclOperation operation : List.of(AclOperation.READ, AclOperation.WRITE)) {
        assertThat(AccessRole.values())
            .as("%s of %s", operation, topic.name())
            .anyMatch(role -> may(role, operation, topic.name()));
      }
    }
  }

  private static boolean may(AccessRole role, AclOperation operation, String topic) {
    return of(role).stream()
        .anyMatch(each -> each.operation() == operation && each.covers(ResourceType.TOPIC, topic));
  }

  @Test
  void requestersCommandNobodyAndReadersWriteNothing() {
    Set<AccessRole> commanding = EnumSet.noneOf(AccessRole.class);
    for (AccessRole role : AccessRole.values()) {
      if (may(role, AclOperation.WRITE, NAMES.control())) {
        commanding.add(role);
      }
    }
    assertThat(commanding).containsExactlyInAnyOrder(AccessRole.OPERATOR, AccessRole.HTTP_ADMIN);
    assertThat(of(AccessRole.AUDITOR))
        .extracting(Right::operation)
        .containsOnly(AclOperation.READ, AclOperation.DESCRIBE);
    assertThat(may(AccessRole.AUDITOR, AclOperation.READ, NAMES.results())).isFalse();
  }

  @Test
  void anEmptyPrefixIsAnyName() {
    List<Right> rights =
        AccessRights.of(AccessRole.SETUP, new TopicNames(""), DefaultReplyTopics.STANDARD);

    assertThat(rights)
        .extracting(Right::pattern)
        .containsOnly(new ResourcePattern(ResourceType.TOPIC, "*", PatternType.LITERAL));
  }

  @Test
  void deliveryWritesWhereRepliesMayGo() {
    assertThat(
            AccessRights.of(
                AccessRole.DELIVERY, NAMES, DefaultReplyTopics.of("answers.{tenant}.json")))
        .anyMatch(each -> each.prefixed() && each.name().equals("answers."))
        .noneMatch(each -> each.name().equals("replies."));
  }

  @Test
  void anUnknownRoleIsRefusedWithThoseThereAre() {
    assertThat(AccessRole.named("http-admin")).isEqualTo(AccessRole.HTTP_ADMIN);
    assertThatThrownBy(() -> AccessRole.named("boss"))
        .hasMessageContaining("'boss'")
        .hasMessageContaining("http-admin, requester, operator");
  }
}
