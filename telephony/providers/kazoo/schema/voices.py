"""The voices that read a text aloud: gender and language, or the voice's own name; by language."""

USUAL_VOICE = "female/en-US"
VOICES = (
    "female/ca-ES", "female/cs-CZ", "female/da-DK", "female/de-DE", "male/de-DE", "de-DE-Standard-A",
    "de-DE-Standard-B", "de-DE-Wavenet-A", "de-DE-Wavenet-B", "de-DE-Wavenet-C", "de-DE-Wavenet-D", "female/en-AU",
    "en-AU-Standard-A", "en-AU-Standard-B", "en-AU-Standard-C", "en-AU-Standard-D", "en-AU-Wavenet-A",
    "en-AU-Wavenet-B", "en-AU-Wavenet-C", "en-AU-Wavenet-D", "female/en-CA", "female/en-GB", "male/en-GB",
    "en-GB-Standard-A", "en-GB-Standard-B", "en-GB-Standard-C", "en-GB-Standard-D", "en-GB-Wavenet-A",
    "en-GB-Wavenet-B", "en-GB-Wavenet-C", "en-GB-Wavenet-D", "female/en-US", "male/en-US", "en-US-Standard-B",
    "en-US-Standard-C", "en-US-Standard-D", "en-US-Standard-E", "en-US-Wavenet-A", "en-US-Wavenet-B",
    "en-US-Wavenet-C", "en-US-Wavenet-D", "en-US-Wavenet-E", "en-US-Wavenet-F", "female/es-ES", "male/es-ES",
    "es-ES-Standard-A", "female/es-US", "male/es-US", "female/fi-FI", "female/fr-CA", "male/fr-CA",
    "fr-CA-Standard-A", "fr-CA-Standard-B", "fr-CA-Standard-C", "fr-CA-Standard-D", "female/fr-FR", "male/fr-FR",
    "fr-FR-Standard-A", "fr-FR-Standard-B", "fr-FR-Standard-C", "fr-FR-Standard-D", "fr-FR-Wavenet-A",
    "fr-FR-Wavenet-B", "fr-FR-Wavenet-C", "fr-FR-Wavenet-D", "female/hu-HU", "female/it-IT", "male/it-IT",
    "it-IT-Standard-A", "it-IT-Wavenet-A", "female/ja-JP", "male/ja-JP", "ja-JP-Standard-A", "ja-JP-Wavenet-A",
    "female/ko-KR", "male/ko-KR", "ko-KR-Standard-A", "female/nb-NO", "female/nl-NL", "nl-NL-Standard-A",
    "nl-NL-Wavenet-A", "female/pl-PL", "female/pt-BR", "pt-BR-Standard-A", "female/pt-PT", "male/pt-PT",
    "female/ru-RU", "female/ru-RU/Anna", "female/ru-RU/Julia", "female/ru-RU/Lidia", "female/ru-RU/Maria",
    "female/ru-RU/Viktoria", "male/ru-RU", "male/ru-RU/Alexander", "male/ru-RU/Vladimir", "female/sv-SE",
    "sv-SE-Standard-A", "female/tr-TR", "male/tr-TR", "tr-TR-Standard-A", "female/us-US", "female/zh-CN",
    "male/zh-CN", "female/zh-HK", "female/zh-TW",
)  # fmt: skip
