package io.penstock.schemas.routing;

import java.util.List;

/**
 * Lists the topics that a tenant's results may be copied to where its policy does not say.
 *
 * @param patterns each holds {@code {tenant}}, all at the same place between their dots; so no
 *     topic is two tenants'. An empty list closes reply topics to all but tenants with a policy
 */
public record DefaultReplyTopics(List<ReplyTopicPattern> patterns) {

  /** {@code replies.TENANT} and whatever follows it after a dot. */
  public static final DefaultReplyTopics STANDARD = of("replies.{tenant}", "replies.{tenant}.*");

  public DefaultReplyTopics {
    patterns = List.copyOf(patterns);
    for (ReplyTopicPattern each : patterns) {
      if (each.tenantSegment() < 0) {
        throw new IllegalArgumentException(
            "the default reply topics have the pattern '%s', which is every tenant's; put {tenant} into it, or name it in a tenant's policy"
                .formatted(each.text()));
      }
    }
    if (patterns.stream().map(ReplyTopicPattern::tenantSegment).distinct().count() > 1) {
      throw new IllegalArgumentException(
          "the default reply topics have {tenant} in different places, so that a topic could be two"
              + " tenants'; put it after the same number of dots in each");
    }
  }

  public static DefaultReplyTopics of(String... patterns) {
    return new DefaultReplyTopics(List.of(patterns).stream().map(ReplyTopicPattern::new).toList());
  }
}
