package io.penstock.schemas.routing;

import io.penstock.schemas.topics.TopicNames;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Decides which topics a tenant's results may be copied to: those that match a pattern of its
 * policy, or the default ones where the policy names none. Topics that others depend on are never
 * allowed. Score refuses other requests; delivery asks again before it writes.
 *
 * <p>Whether a topic exists is not asked here.
 */
public final class ReplyTopicRule {

  private static final Pattern LEGAL = Pattern.compile("[a-zA-Z0-9._-]{1,249}");
  private static final int MOST_SHOWN = 4;
  private static final int LONGEST_SHOWN = 64;

  /** The usual names of topics of Connect, a registry, MirrorMaker, Kafka Streams and ksqlDB. */
  private static final List<Pattern> OTHERS_OWN =
      List.of(
          Pattern.compile("_.*"),
          Pattern.compile("(connect|connect[._-].*)"),
          Pattern.compile(".*connect.*[._-](configs?|offsets?|status(es)?)"),
          Pattern.compile(".*[_-](configs?|offsets?|status(es)?)"),
          Pattern.compile("(.*[._-])?schemas"),
          Pattern.compile("(kafkasql|mm2|ksql)[._-].*"),
          Pattern.compile("heartbeats|(.*\\.)?(heartbeats|checkpoints\\.internal)"),
          Pattern.compile(".*[._-]internal"),
          Pattern.compile(".*-(changelog|repartition)"),
          Pattern.compile(".*-ktable-fk-join-.*"));

  private final TopicNames names;
  private final DefaultReplyTopics defaults;

  /**
   * @throws IllegalArgumentException if a default pattern lies among Penstock's own topics
   */
  public ReplyTopicRule(TopicNames names, DefaultReplyTopics defaults) {
    this.names = names;
    this.defaults = defaults;
    for (ReplyTopicPattern each : defaults.patterns()) {
      if (!names.prefix().isEmpty() && each.text().startsWith(names.prefix())) {
        throw new IllegalArgumentException(
            "the default reply topics have the pattern '%s', but topics beginning with '%s' are Penstock's own; choose another"
                .formatted(each.text(), names.prefix()));
      }
    }
  }

  /** Returns whether there is anything to copy: the results topic has every result anyway. */
  public boolean wantsCopy(String topic) {
    return !topic.equals(names.results());
  }

  /**
   * Returns why a tenant's results may not be copied to a topic, and what to do; empty if they may.
   *
   * @param routing where tenants' policies are
   */
  public Optional<String> fault(String tenant, String topic, RoutingState routing) {
    if (!wantsCopy(topic)) {
      return Optional.empty();
    }
    if (!LEGAL.matcher(topic).matches() || topic.equals(".") || topic.equals("..")) {
      return Optional.of(
          "replyTopic '%s' is not a topic name; use 1 to 249 letters, digits, dots, underscores and hyphens"
              .formatted(shown(topic)));
    }
    if (reserved(topic)) {
      return Optional.of(
          "replyTopic '%s' is used by Penstock, Kafka or a service beside it; name one of your own%s"
              .formatted(shown(topic), offer(tenant, routing)));
    }
    return patterns(tenant, routing).stream().anyMatch(each -> each.matches(topic, tenant))
        ? Optional.empty()
        : Optional.of(
            "replyTopic '%s' is not allowed for tenant '%s'%s, or leave it out and read %s"
                .formatted(shown(topic), shown(tenant), offer(tenant, routing), names.results()));
  }

  private boolean reserved(String topic) {
    String lower = topic.toLowerCase(Locale.ROOT);
    return names.isOwn(topic)
        || OTHERS_OWN.stream().anyMatch(pattern -> pattern.matcher(lower).matches());
  }

  private List<ReplyTopicPattern> patterns(String tenant, RoutingState routing) {
    return routing
        .tenant(tenant)
        .flatMap(policy -> Optional.ofNullable(policy.replyTopics()))
        .map(own -> own.stream().map(ReplyTopicPattern::new).toList())
        .orElse(defaults.patterns());
  }

  private String offer(String tenant, RoutingState routing) {
    List<String> usable =
        patterns(tenant, routing).stream()
            .map(each -> each.of(tenant))
            .filter(each -> !reserved(each))
            .limit(MOST_SHOWN)
            .map(each -> "'" + each + "'")
            .toList();
    return usable.isEmpty()
        ? ", which may use none; ask for replyTopics in the tenant's policy"
        : "; use one that matches " + String.join(", ", usable);
  }

  private static String shown(String text) {
    String printable = text.replaceAll("\\p{Cntrl}", "?");
    return printable.length() <= LONGEST_SHOWN
        ? printable
        : printable.substring(0, LONGEST_SHOWN) + "...";
  }
}
