package io.penstock.broker.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What holds for all paths of a family: who may call, which parameters and which errors. */
final class FamilyRules {

  /** Who may call paths, and how errors are answered there. */
  private enum Family {
    TENANTS,
    ANTHROPICS_CLIENTS,
    OPERATORS,
    EVERYBODY;

    /** The security schemes that are alternatives; empty: no key is needed. */
    List<String> schemes() {
      return switch (this) {
        case TENANTS -> List.of("key");
        case ANTHROPICS_CLIENTS -> List.of("key", "apiKey");
        case OPERATORS -> List.of("admin");
        case EVERYBODY -> List.of();
      };
    }

    static Family of(String path) {
      if (path.startsWith("/v1/messages/")) {
        return ANTHROPICS_CLIENTS;
      }
      if (path.startsWith("/v1/")) {
        return TENANTS;
      }
      return path.startsWith("/admin/") ? OPERATORS : EVERYBODY;
    }

    /** The responses that every operation may give, by status. */
    Map<String, String> errors(boolean namesSomething) {
      Map<String, String> errors = new LinkedHashMap<>();
      switch (this) {
        case TENANTS -> {
          errors.put("401", "Unauthorized");
          if (namesSomething) {
            errors.put("404", "NotFound");
          }
          errors.put("429", "TooMany");
          errors.put("503", "Unavailable");
          errors.put("default", "Error");
        }
        case ANTHROPICS_CLIENTS -> {
          for (String status : namesSomething ? ANTHROPICS_NAMED : ANTHROPICS) {
            errors.put(status, "MessagesError");
          }
        }
        case OPERATORS -> {
          errors.put("401", "AdminUnauthorized");
          if (namesSomething) {
            errors.put("404", "AdminNotFound");
          }
          errors.put("default", "Problem");
        }
        case EVERYBODY -> {
          if (namesSomething) {
            errors.put("404", "NotFound");
          }
        }
      }
      return errors;
    }
  }

  private static final Pattern PARAMETER = Pattern.compile("\\{([^}]+)}");
  private static final List<String> ANTHROPICS = List.of("401", "429", "503", "default");
  private static final List<String> ANTHROPICS_NAMED =
      List.of("401", "404", "429", "503", "default");
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9]+");

  private FamilyRules() {}

  /** Adds to the operations of a path what they leave out. */
  static void complete(String path, ObjectNode operations, String tag) {
    Family family = Family.of(path);
    boolean namesSomething = PARAMETER.matcher(path).find();
    for (Map.Entry<String, JsonNode> each : operations.properties()) {
      ObjectNode operation = (ObjectNode) each.getValue();
      operation.putArray("tags").add(tag);
      operation.put("operationId", operationId(each.getKey(), path));
      parameters(path, operation);
      ArrayNode security = operation.putArray("security");
      family.schemes().forEach(scheme -> security.addObject().putArray(scheme));
      ObjectNode responses = operation.withObject("/responses");
      family
          .errors(namesSomething)
          .forEach(
              (status, name) -> {
                if (!responses.has(status)) {
                  responses.putObject(status).put("$ref", "#/components/responses/" + name);
                }
              });
    }
  }

  private static void parameters(String path, ObjectNode operation) {
    Matcher names = PARAMETER.matcher(path);
    while (names.find()) {
      String name = names.group(1);
      ArrayNode parameters = operation.withArray("/parameters");
      boolean described = false;
      for (JsonNode each : parameters) {
        described |= each.path("name").asText().equals(name);
      }
      if (!described) {
        parameters
            .addObject()
            .put("name", name)
            .put("in", "path")
            .put("required", true)
            .putObject("schema")
            .put("type", "string");
      }
    }
  }

  /** A name for generated clients, such as {@code getFilesIdContent}. */
  private static String operationId(String method, String path) {
    StringBuilder id = new StringBuilder(method);
    Matcher words = WORD.matcher(path.replaceFirst("^/v1/", "/"));
    while (words.find()) {
      String word = words.group();
      id.append(word.substring(0, 1).toUpperCase(Locale.ROOT)).append(word.substring(1));
    }
    return id.toString();
  }
}
