package io.penstock.schemas.topics;

import io.penstock.schemas.ServiceClass;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The names of all topics, from one prefix: the only place that spells them.
 *
 * @param prefix what every name begins with, such as {@code penstock.}; letters, digits, {@code .},
 *     {@code _} and {@code -}, at most 100 characters; may be empty
 */
public record TopicNames(String prefix) {

  private static final Pattern LEGAL = Pattern.compile("[a-zA-Z0-9._-]{0,100}");

  public static final TopicNames DEFAULT = new TopicNames("penstock.");

  public TopicNames {
    if (!LEGAL.matcher(prefix).matches()) {
      throw new IllegalArgumentException(
          "prefix '%s' must be at most 100 letters, digits, dots, underscores and hyphens"
              .formatted(prefix));
    }
  }

  /** Where any Kafka client may produce requests of this class. */
  public String requests(ServiceClass serviceClass) {
    return prefix + "requests." + lower(serviceClass);
  }

  /** Scored requests of this class; the partition is the model's. */
  public String work(ServiceClass serviceClass) {
    return prefix + "work." + lower(serviceClass);
  }

  public String demand() {
    return prefix + "demand";
  }

  public String outcomes() {
    return prefix + "outcomes";
  }

  public String leases() {
    return prefix + "leases";
  }

  public String results() {
    return prefix + "results";
  }

  /** Copies of results as JSON, for requesters that want them so and name no reply topic. */
  public String resultsJson() {
    return jsonOf(results());
  }

  /** The topic of the copies as JSON of a results topic. */
  public static String jsonOf(String results) {
    return results + "-json";
  }

  public String lifecycle() {
    return prefix + "lifecycle";
  }

  /** Pieces of answers while their engines give them. */
  public String chunks() {
    return prefix + "chunks";
  }

  public String models() {
    return prefix + "models";
  }

  /** Tenants' and aliases' policies, experiments, rollouts, and what the control loop decides. */
  public String routing() {
    return prefix + "routing";
  }

  /** Returns what each shard of dispatch knows of its models' workers and backlog. */
  public String fleet() {
    return prefix + "fleet";
  }

  /** Waiting requests on their way to another model's partition. */
  public String transfers() {
    return prefix + "transfers";
  }

  /** Operators' commands of any kind. */
  public String control() {
    return prefix + "control";
  }

  /** Requesters' cancellations of their own tenants' requests. */
  public String cancellations() {
    return prefix + "cancellations";
  }

  public String deadLetters() {
    return prefix + "dead-letters";
  }

  /** Returns what requesters and reviewers think of results. */
  public String feedback() {
    return prefix + "feedback";
  }

  /** Returns what the HTTP front keeps: keys, files' metadata, batches. */
  public String front() {
    return prefix + "front";
  }

  /** The class whose work topic this is, or empty if it is another topic. */
  public Optional<ServiceClass> classOfWork(String topic) {
    for (ServiceClass serviceClass : ServiceClass.values()) {
      if (work(serviceClass).equals(topic)) {
        return Optional.of(serviceClass);
      }
    }
    return Optional.empty();
  }

  /**
   * Returns whether a topic is Penstock's: whatever begins with the prefix, since internal topics
   * of its jobs and of its registry do too; without a prefix, those and its own.
   */
  public boolean isOwn(String topic) {
    return prefix.isEmpty() ? ownWithoutPrefix(topic) : topic.startsWith(prefix);
  }

  private boolean ownWithoutPrefix(String topic) {
    return topic.startsWith("requests.")
        || topic.startsWith("work.")
        || topic.startsWith("score-")
        || topic.startsWith("dispatch-")
        || topic.startsWith("registry")
        || Set.of(
                demand(),
                outcomes(),
                leases(),
                results(),
                resultsJson(),
                lifecycle(),
                chunks(),
                models(),
                routing(),
                fleet(),
                transfers(),
                control(),
                cancellations(),
                deadLetters(),
                feedback(),
                front())
            .contains(topic);
  }

  private static String lower(ServiceClass serviceClass) {
    return serviceClass.name().toLowerCase(Locale.ROOT);
  }
}
