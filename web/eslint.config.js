import js from "@eslint/js";
import globals from "globals";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist", "dist-e2e", "public/core"] },
  js.configs.recommended,
  tseslint.configs.strict,
  { files: ["**/*.ts"], languageOptions: { globals: { ...globals.browser } } },
  {
    files: ["**/*.mjs", "vite.config.ts", "shell.ts"],
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
  },
);
