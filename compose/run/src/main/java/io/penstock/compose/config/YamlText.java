package io.penstock.compose.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.StringReader;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Text in YAML, and the values in it: scalars are left as text, since their keys know what they
 * are.
 */
final class YamlText {

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** What needs no quotes anywhere, also within brackets. */
  private static final Pattern PLAIN = Pattern.compile("[\\w./-]([\\w./:@*#+~-]*[\\w./@*#+~-])?");

  /** What is something else than text without quotes. */
  private static final Pattern EMPTY = Pattern.compile("(?i)null|-");

  private YamlText() {}

  /**
   * Parses a document, with the lines of its parts.
   *
   * @return null if it is empty
   * @throws org.yaml.snakeyaml.error.YAMLException if it is no YAML
   */
  static Node parse(String text) {
    return new Yaml(new LoaderOptions()).compose(new StringReader(text));
  }

  /** Returns whether nothing is written there. */
  static boolean isNull(Node node) {
    return node.getTag().equals(Tag.NULL);
  }

  /** The line of a part, from 1. */
  static int line(Node node) {
    return node.getStartMark().getLine() + 1;
  }

  static String scalar(Node node) {
    return ((ScalarNode) node).getValue();
  }

  /** A part as a value. */
  static JsonNode value(Node node) {
    return switch (node) {
      case ScalarNode scalar ->
          isNull(scalar) && scalar.getScalarStyle() == ScalarStyle.PLAIN
              ? NODES.nullNode()
              : NODES.textNode(scalar.getValue());
      case SequenceNode sequence -> {
        ArrayNode array = NODES.arrayNode();
        sequence.getValue().forEach(each -> array.add(value(each)));
        yield array;
      }
      case MappingNode mapping -> {
        ObjectNode object = NODES.objectNode();
        for (NodeTuple entry : mapping.getValue()) {
          if (entry.getKeyNode() instanceof ScalarNode name) {
            object.set(name.getValue(), value(entry.getValueNode()));
          }
        }
        yield object;
      }
      default -> throw new IllegalArgumentException("it is neither a value, a list nor a map");
    };
  }

  /** A text as it stands in YAML, in quotes where it would mean something else without. */
  static String scalar(String text) {
    return PLAIN.matcher(text).matches() && !EMPTY.matcher(text).matches()
        ? text
        : "'" + text.replace("'", "''") + "'";
  }
}
