package io.penstock.compose.cli;

import io.penstock.compose.access.AccessRights;
import io.penstock.compose.access.AccessRole;
import io.penstock.compose.access.AclAdmin;
import io.penstock.compose.access.Right;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.kafka.common.acl.AclBinding;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code penstock acls} and the commands below it. */
@Command(
    name = "acls",
    description = "Show, grant and remove what each role needs on a Kafka with access control.",
    footer = {
      "",
      "Examples:",
      "  penstock acls show",
      "  penstock acls show --role dispatch --format kafka-acls --principal User:dispatch",
      "  penstock acls apply --role dispatch --principal User:dispatch --dry-run",
      "  penstock acls apply --role dispatch --principal User:dispatch",
      "  penstock acls remove --role dispatch --principal User:dispatch"
    })
final class AclsCommand extends GroupCommand {

  private static final String ROLES =
      "score, dispatch, delivery, control, worker, http, http-admin, requester, operator,"
          + " auditor, registry or setup";

  /** A right and whose it is. */
  record Entry(AccessRole role, Right right) {

    String pattern() {
      return right.prefixed() ? "prefixed" : "literal";
    }

    String resource() {
      return right.resource().name().toLowerCase(Locale.ROOT);
    }
  }

  private static final Listing<Entry> LISTING =
      Listing.of(
          Column.of("ROLE", "role", entry -> entry.role().toString()),
          Column.of("OPERATION", "operation", entry -> entry.right().operation().toString()),
          Column.of("RESOURCE", "resource", Entry::resource),
          Column.of("PATTERN", "pattern", Entry::pattern),
          Column.of("NAME", "name", entry -> entry.right().name()),
          Column.of("WHY", "why", entry -> entry.right().why()));

  private static List<Entry> entries(AccessRole role, ClusterChoice choice) {
    return AccessRights.of(role, choice.topics().names(), choice.node().delivery().replyTopics())
        .stream()
        .map(right -> new Entry(role, right))
        .toList();
  }

  private static AccessRole role(String name) {
    try {
      return AccessRole.named(name);
    } catch (IllegalArgumentException unknown) {
      throw CliException.usage("--role: " + unknown.getMessage());
    }
  }

  private static String principal(String text) {
    if (!text.matches("\\w+:.+")) {
      throw CliException.usage(
          "--principal is '%s'; give its kind and its name, such as User:dispatch".formatted(text));
    }
    return text;
  }

  /** {@code penstock acls show}. */
  @Command(
      name = "show",
      description = {
        "Show the least that each role needs, with the names that the configuration gives the"
            + " topics. Connects to nothing.",
        "",
        "JSON: {\"role\",\"operation\",\"resource\",\"pattern\",\"name\",\"why\"} for each."
      })
  static final class Show extends KafkaCommand {

    @Option(names = "--role", paramLabel = "ROLE", description = "Only this one: " + ROLES + ".")
    @Nullable String role;

    @Option(
        names = "--format",
        paramLabel = "FORMAT",
        description = "table, or kafka-acls for commands of Kafka's own tool. Default: table.")
    String format = "table";

    @Option(
        names = "--principal",
        paramLabel = "KIND:NAME",
        description = "With --format kafka-acls: to whom. Default: User:ROLE.")
    @Nullable String principal;

    Show(Environment environment) {
      super(environment);
    }

    @Override
    int run(ClusterChoice choice) {
      List<AccessRole> roles = role == null ? List.of(AccessRole.values()) : List.of(role(role));
      List<Entry> entries = roles.stream().flatMap(each -> entries(each, choice).stream()).toList();
      switch (format) {
        case "table" -> LISTING.print(console(), output.json, entries);
        case "kafka-acls" -> entries.forEach(entry -> console().print(command(entry)));
        default ->
            throw CliException.usage(
                "--format is '%s'; give table or kafka-acls".formatted(format));
      }
      return ExitCodes.OK;
    }

    private String command(Entry entry) {
      AclBinding binding =
          entry.right().binding(principal == null ? "User:" + entry.role() : principal(principal));
      return "kafka-acls.sh --bootstrap-server \"$KAFKA\" --command-config admin.properties --add"
          + " --allow-principal '%s' --operation %s --%s '%s' --resource-pattern-type %s"
              .formatted(
                  binding.entry().principal(),
                  operation(entry.right()),
                  entry.resource().replace('_', '-'),
                  binding.pattern().name(),
                  binding.pattern().patternType().name().toLowerCase(Locale.ROOT));
    }

    /** As Kafka's tool spells it: DescribeConfigs. */
    private static String operation(Right right) {
      StringBuilder text = new StringBuilder();
      for (String word : right.operation().name().split("_", -1)) {
        text.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
      }
      return text.toString();
    }
  }

  /** What granting and removing share. */
  abstract static class Change extends KafkaCommand {

    @Option(
        names = "--role",
        paramLabel = "ROLE",
        required = true,
        description = "One of " + ROLES + ".")
    String role = "";

    @Option(
        names = "--principal",
        paramLabel = "KIND:NAME",
        required = true,
        description = "Who, such as User:dispatch; User:CN=... for a client's certificate.")
    String principal = "";

    @Option(names = "--dry-run", description = "Say what would be done, and change nothing.")
    boolean dryRun;

    Change(Environment environment) {
      super(environment);
    }

    @Override
    final int run(ClusterChoice choice) {
      String whom = principal(principal);
      List<Entry> entries = entries(role(role), choice);
      try (AclAdmin admin = new AclAdmin(connection(choice))) {
        Set<Right> open = new HashSet<>(open(admin, rights(entries, choice), whom));
        List<Entry> changed = entries.stream().filter(each -> open.contains(each.right())).toList();
        if (!dryRun && !changed.isEmpty()) {
          change(admin, changed.stream().map(Entry::right).toList(), whom);
        }
        LISTING.print(console(), output.json, changed, nothing());
        if (!output.json && !changed.isEmpty()) {
          console().note("%d %s %s".formatted(changed.size(), said(), whom));
        }
      }
      return ExitCodes.OK;
    }

    List<Right> rights(List<Entry> entries, ClusterChoice choice) {
      return entries.stream().map(Entry::right).toList();
    }

    /** Returns which are still to be changed. */
    abstract List<Right> open(AclAdmin admin, List<Right> rights, String whom);

    abstract void change(AclAdmin admin, List<Right> rights, String whom);

    abstract String nothing();

    abstract String said();
  }

  /** {@code penstock acls apply}. */
  @Command(
      name = "apply",
      description = {
        "Grant a principal what a role needs. What it has already stays as it is.",
        "",
        "You need ALTER on the cluster, as Kafka's super users have. JSON: what was added, as 'acls"
            + " show' prints it."
      })
  static final class Apply extends Change {

    Apply(Environment environment) {
      super(environment);
    }

    @Override
    List<Right> open(AclAdmin admin, List<Right> rights, String whom) {
      return admin.missing(rights, whom);
    }

    @Override
    void change(AclAdmin admin, List<Right> rights, String whom) {
      admin.grant(rights, whom);
    }

    @Override
    String nothing() {
      return "nothing to add: %s has all that %s needs".formatted(principal, role);
    }

    @Override
    String said() {
      return dryRun ? "would be granted to" : "granted to";
    }
  }

  /** {@code penstock acls remove}. */
  @Command(
      name = "remove",
      description = {
        "Take from a principal what a role needs, and nothing else.",
        "",
        "A principal that has other roles too loses what they share unless --keep names them. JSON:"
            + " what was removed, as 'acls show' prints it."
      })
  static final class Remove extends Change {

    @Option(
        names = "--keep",
        paramLabel = "ROLE",
        split = ",",
        description = "Roles that the principal goes on to have, with commas.")
    List<String> keep = new ArrayList<>();

    Remove(Environment environment) {
      super(environment);
    }

    @Override
    List<Right> rights(List<Entry> entries, ClusterChoice choice) {
      Set<AclBinding> kept = new HashSet<>();
      keep.stream()
          .flatMap(each -> entries(role(each), choice).stream())
          .forEach(each -> kept.add(each.right().binding(principal)));
      return super.rights(entries, choice).stream()
          .filter(each -> !kept.contains(each.binding(principal)))
          .toList();
    }

    @Override
    List<Right> open(AclAdmin admin, List<Right> rights, String whom) {
      return admin.present(rights, whom);
    }

    @Override
    void change(AclAdmin admin, List<Right> rights, String whom) {
      admin.revoke(rights, whom);
    }

    @Override
    String nothing() {
      return "nothing to remove: %s has nothing of what %s needs".formatted(principal, role);
    }

    @Override
    String said() {
      return dryRun ? "would be taken from" : "taken from";
    }
  }
}
