/**
 * Configuration: keys that follow from the settings' records, and their values from a file,
 * environment variables and options.
 */
package io.penstock.compose.config;
