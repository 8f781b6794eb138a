package io.penstock.compose.access;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What a Kafka principal is to Penstock. {@link AccessRights} lists what each needs. A principal
 * may have several.
 */
public enum AccessRole {
  SCORE("role score: takes requests in and chooses their model"),
  DISPATCH("role dispatch: gives waiting requests to workers"),
  DELIVERY("role delivery: copies results to reply topics"),
  CONTROL("role control: rollouts, experiments, overload and budgets"),
  WORKER("role worker, and penstock worker"),
  HTTP("role http: serves callers"),
  HTTP_ADMIN("role http beside http: the paths under /admin"),
  REQUESTER("clients that have requests served: submit, results, status, cancel, feedback"),
  OPERATOR("people who manage: models, routing, rollouts, drains, dead letters, costs"),
  AUDITOR("readers of what was decided and done, without prompts and answers"),
  REGISTRY("the schema registry that a process starts beside itself, without registry.url"),
  SETUP("makes the topics: penstock topics apply");

  private final String description;

  AccessRole(String description) {
    this.description = description;
  }

  /** What it is, in a few words. */
  public String description() {
    return description;
  }

  /**
   * The role of this name.
   *
   * @throws IllegalArgumentException naming all roles, if there is none
   */
  public static AccessRole named(String name) {
    return Arrays.stream(values())
        .filter(role -> role.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no role '%s'; give one of %s".formatted(name, names())));
  }

  private static String names() {
    return List.of(values()).stream().map(AccessRole::toString).collect(Collectors.joining(", "));
  }

  /** The name as commands have it, such as {@code http-admin}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
