package io.penstock.streams.score.request;

import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.topics.TopicNames;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Which topics a requester may have its result written to. Whether they exist is asked later. */
final class ReplyTopicRule {

  private static final Pattern LEGAL = Pattern.compile("[a-zA-Z0-9._-]{1,249}");

  private final Set<String> own = new HashSet<>();
  private final String prefix;
  private final String results;

  ReplyTopicRule(TopicNames topics) {
    for (ServiceClass serviceClass : ServiceClass.values()) {
      own.add(topics.requests(serviceClass));
      own.add(topics.work(serviceClass));
    }
    own.add(topics.demand());
    own.add(topics.outcomes());
    own.add(topics.leases());
    own.add(topics.lifecycle());
    own.add(topics.models());
    own.add(topics.control());
    own.add(topics.deadLetters());
    prefix = topics.prefix();
    results = topics.results();
  }

  /** The results topic itself is allowed: it is where the result goes anyway. */
  Optional<Refusal> check(String topic) {
    if (!LEGAL.matcher(topic).matches() || topic.equals(".") || topic.equals("..")) {
      return invalid(
          "replyTopic %s is not a topic name; use 1 to 249 letters, digits, dots, underscores and"
              + " hyphens",
          topic);
    }
    if (topic.equals(results)) {
      return Optional.empty();
    }
    if (own.contains(topic) || topic.startsWith("__") || reserved(topic)) {
      return invalid(
          "replyTopic %s is used by Penstock or Kafka itself; name your own, not beginning with '"
              + prefix
              + "'",
          topic);
    }
    return Optional.empty();
  }

  /** Internal topics of the jobs and the registry begin with the prefix too. */
  private boolean reserved(String topic) {
    return prefix.isEmpty()
        ? topic.startsWith("score-") || topic.startsWith("dispatch-")
        : topic.startsWith(prefix);
  }

  private static Optional<Refusal> invalid(String message, String topic) {
    return Optional.of(
        new Refusal(
            RefusalCode.INVALID_REPLY_TOPIC,
            "replyTopic",
            message.formatted(Abbreviated.quote(topic))));
  }
}
