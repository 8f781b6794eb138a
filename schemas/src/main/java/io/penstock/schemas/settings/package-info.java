/** Rules that the settings of all modules share. */
package io.penstock.schemas.settings;
