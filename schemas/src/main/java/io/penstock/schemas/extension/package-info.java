/** Finds policies and engines by the names in the configuration, and hands them their options. */
package io.penstock.schemas.extension;
