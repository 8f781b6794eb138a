package io.penstock.compose.access;

import static org.apache.kafka.common.acl.AclOperation.CREATE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE_CONFIGS;
import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.acl.AclOperation.WRITE;
import static org.apache.kafka.common.resource.ResourceType.GROUP;
import static org.apache.kafka.common.resource.ResourceType.TOPIC;
import static org.apache.kafka.common.resource.ResourceType.TRANSACTIONAL_ID;

import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.routing.DefaultReplyTopics;
import io.penstock.schemas.routing.ReplyTopicPattern;
import io.penstock.schemas.topics.TopicNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;

/**
 * The least that each {@link AccessRole} needs on Kafka. What is shown, granted, removed and
 * checked at the start of a process all comes from here, and a test runs every role with exactly
 * this.
 */
public final class AccessRights {

  private final TopicNames names;
  private final List<Right> rights = new ArrayList<>();

  private AccessRights(TopicNames names) {
    this.names = names;
  }

  /**
   * Returns what a role needs, by resource.
   *
   * @param replies where results may be copied to: delivery writes there
   */
  public static List<Right> of(AccessRole role, TopicNames names, DefaultReplyTopics replies) {
    AccessRights rights = new AccessRights(names);
    switch (role) {
      case SCORE -> rights.score();
      case DISPATCH -> rights.dispatch();
      case DELIVERY -> rights.delivery(replies);
      case CONTROL -> rights.control();
      case WORKER -> rights.worker();
      case HTTP -> rights.http();
      case HTTP_ADMIN -> rights.httpAdmin();
      case REQUESTER -> rights.requester();
      case OPERATOR -> rights.operator();
      case AUDITOR -> rights.auditor();
      case REGISTRY -> rights.registry();
      case SETUP -> rights.setup();
    }
    return rights.rights.stream().sorted(Right.ORDER).toList();
  }

  private void score() {
    process();
    for (ServiceClass each : ServiceClass.values()) {
      topic(names.requests(each), "takes requests in", READ);
      topic(names.requests(each), "hands a request to the class that it belongs to", WRITE);
      topic(names.work(each), "hands requests to dispatch", WRITE);
    }
    routingTables();
    topic(
        names.lifecycle(), "learns from finished requests, and says what it accepts", READ, WRITE);
    topic(names.results(), "answers what it refuses", WRITE);
    topic(names.deadLetters(), "puts aside what cannot be served", WRITE);
    topic(names.fleet(), "asks Kafka what time it is", WRITE);
    for (ServiceClass each : ServiceClass.values()) {
      String application = "score-" + each.name().toLowerCase(Locale.ROOT);
      group(application, "shares its partitions with other instances");
    }
    stateOf("score-");
    topic(names.models(), "brings the built-in models", WRITE);
    topic(names.routing(), "keeps a revision of the models before it", WRITE);
    registries("brings the built-in models");
  }

  private void dispatch() {
    process();
    for (ServiceClass each : ServiceClass.values()) {
      topic(names.work(each), "takes what waits", READ);
    }
    topic(names.demand(), "sees what workers ask for", READ);
    topic(names.outcomes(), "sees how attempts ended", READ);
    topic(names.control(), "obeys operators", READ);
    topic(names.cancellations(), "obeys requesters", READ);
    topic(names.transfers(), "moves waiting requests between partitions", READ, WRITE);
    routingTables();
    topic(names.fleet(), "reports backlog and workers", WRITE);
    topic(names.leases(), "gives leases", WRITE);
    topic(names.results(), "writes results", WRITE);
    topic(names.lifecycle(), "says where requests are", WRITE);
    topic(names.deadLetters(), "puts aside what cannot be served", WRITE);
    group("dispatch", "shares its partitions with other instances");
    stateOf("dispatch-");
  }

  private void delivery(DefaultReplyTopics replies) {
    process();
    topic(names.results(), "reads what to copy", READ);
    topic(names.routing(), "reads tenants' reply topics", READ);
    topic(names.resultsJson(), "copies results as JSON", WRITE);
    topic(names.deadLetters(), "puts aside what cannot be copied", WRITE);
    for (String each : prefixes(replies)) {
      add(WRITE, TOPIC, each, true, "copies results to reply topics");
    }
    group("delivery", "shares its partitions with other instances");
    add(WRITE, TRANSACTIONAL_ID, own("delivery-"), true, "copies in transactions");
  }

  private void control() {
    process();
    routingTables();
    topic(names.results(), "watches variants and spend", READ);
    topic(names.feedback(), "watches quality", READ);
    for (ServiceClass each : ServiceClass.values()) {
      topic(names.work(each), "picks requests to run again on a canary", READ);
    }
    topic(names.requests(ServiceClass.BATCH), "runs requests again on a canary", WRITE);
    topic(names.routing(), "writes what it decides", WRITE);
    topic(names.models(), "completes rollouts", WRITE);
    topic(names.fleet(), "asks Kafka what time it is", WRITE);
    group("control-loop", "one instance leads");
    registries("one writer at a time");
  }

  private void worker() {
    process();
    topic(names.leases(), "receives leases", READ);
    for (ServiceClass each : ServiceClass.values()) {
      topic(names.work(each), "reads what it has leases for", READ);
    }
    topic(names.models(), "knows its models", READ);
    topic(names.demand(), "asks for work", WRITE);
    topic(names.outcomes(), "says how attempts ended", WRITE);
    topic(names.chunks(), "streams answers", WRITE);
  }

  private void http() {
    process();
    routingTables();
    topic(names.results(), "answers callers", READ);
    topic(names.lifecycle(), "knows where requests are", READ);
    topic(names.chunks(), "streams answers", READ);
    topic(names.front(), "keeps batches, files and keys", READ, WRITE);
    for (ServiceClass each : ServiceClass.values()) {
      topic(names.requests(each), "passes requests on", WRITE);
    }
    topic(names.cancellations(), "cancels for callers", WRITE);
    topic(names.feedback(), "passes feedback on", WRITE);
    add(READ, GROUP, names.front(), false, "shares out the partitions among instances");
    add(WRITE, TRANSACTIONAL_ID, names.front() + ".", true, "keeps batches, files and keys");
  }

  private void httpAdmin() {
    topic(names.models(), "changes models", WRITE);
    topic(names.routing(), "changes routing", WRITE);
    topic(names.control(), "drains workers", WRITE);
    topic(names.demand(), "lists workers", READ);
    topic(names.deadLetters(), "lists dead letters", READ);
    topic(names.feedback(), "reports experiments", READ);
    registries("one writer at a time");
  }

  private void requester() {
    counts();
    for (ServiceClass each : ServiceClass.values()) {
      topic(names.requests(each), "submits", WRITE);
    }
    topic(names.cancellations(), "cancels", WRITE);
    topic(names.feedback(), "says how good a result was", WRITE);
    topic(names.results(), "reads results", READ);
    topic(names.resultsJson(), "reads results as JSON", READ);
    topic(names.lifecycle(), "asks where a request is", READ);
    topic(names.models(), "lists models", READ);
  }

  private void operator() {
    counts();
    routingTables();
    topic(names.models(), "changes models", WRITE);
    topic(names.routing(), "changes routing, rollouts and experiments", WRITE);
    registries("one writer at a time");
    topic(names.control(), "commands dispatch", WRITE);
    topic(names.demand(), "lists workers", READ);
    topic(names.lifecycle(), "lists what waits", READ);
    topic(names.results(), "reports costs and experiments", READ);
    topic(names.feedback(), "reports experiments", READ);
    topic(names.deadLetters(), "lists dead letters", READ);
    for (ServiceClass each : ServiceClass.values()) {
      topic(names.requests(each), "exports what was judged", READ);
      topic(names.requests(each), "replays dead letters", WRITE);
    }
  }

  private void auditor() {
    counts();
    routingTables();
    topic(names.demand(), "lists workers", READ);
    topic(names.lifecycle(), "sees where each request is", READ);
    topic(names.control(), "sees what operators ordered", READ);
    topic(names.cancellations(), "sees what was cancelled", READ);
  }

  private void registry() {
    String name = own("registry");
    add(CREATE, TOPIC, name, true, "makes its topics");
    add(DESCRIBE_CONFIGS, TOPIC, name, true, "checks its topics");
    add(READ, TOPIC, name, true, "reads the schemas back");
    add(WRITE, TOPIC, name, true, "keeps the schemas");
    add(READ, GROUP, "apicurio-", true, "reads the schemas back");
  }

  private void setup() {
    process();
    add(CREATE, TOPIC, names.prefix(), true, "makes the topics");
  }

  /** What each process does when it starts: it holds the topics against its configuration. */
  private void process() {
    add(DESCRIBE, TOPIC, names.prefix(), true, "checks how the topics are laid out");
    add(DESCRIBE_CONFIGS, TOPIC, names.prefix(), true, "checks how the topics are laid out");
  }

  /** The topics whose partitions each command counts. */
  private void counts() {
    topic(names.demand(), "counts the partitions", DESCRIBE);
    topic(names.leases(), "counts the partitions", DESCRIBE);
  }

  private void routingTables() {
    topic(names.models(), "knows the models", READ);
    topic(names.routing(), "knows the routing policy", READ);
    topic(names.fleet(), "knows workers and backlog", READ);
  }

  private void registries(String why) {
    add(WRITE, TRANSACTIONAL_ID, names.models() + ".publisher", false, why);
  }

  /** What Kafka Streams keeps for a job whose application id begins so. */
  private void stateOf(String application) {
    String name = own(application);
    add(CREATE, TOPIC, name, true, "makes the changelogs of its state");
    add(READ, TOPIC, name, true, "reads its state back");
    add(WRITE, TOPIC, name, true, "keeps its state");
    add(WRITE, TRANSACTIONAL_ID, name, true, "works exactly once");
  }

  private static List<String> prefixes(DefaultReplyTopics replies) {
    TreeSet<String> found = new TreeSet<>();
    for (ReplyTopicPattern each : replies.patterns()) {
      String fixed = each.text().replaceFirst("[{*].*", "");
      if (!fixed.isEmpty()) {
        found.add(fixed);
      }
    }
    return List.copyOf(found);
  }

  private void group(String name, String why) {
    add(READ, GROUP, own(name), false, why);
  }

  private String own(String name) {
    return names.prefix() + name;
  }

  private void topic(String name, String why, AclOperation... operations) {
    for (AclOperation each : operations) {
      add(each, TOPIC, name, false, why);
    }
  }

  private void add(
      AclOperation operation, ResourceType resource, String name, boolean prefixed, String why) {
    rights.add(new Right(operation, resource, name, prefixed, why));
  }
}
